// SPDX-License-Identifier: GPL-2.0
/* The body of the tracepoint in trace.h. */
#define CREATE_TRACE_POINTS
#include "trace.h"
