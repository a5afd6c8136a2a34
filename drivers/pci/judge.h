/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the signs of a function say about its health. Pure: no device is touched.
 */
#ifndef VIGIL_PCI_JUDGE_H
#define VIGIL_PCI_JUDGE_H

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#include <uapi/linux/pci_regs.h>
#include <uapi/linux/vigil.h>

/* As many non-fatal errors within the window make a function failing. */
#define VIGIL_PCI_NONFATAL_FAILING	2

/**
 * struct vigil_pci_link - Width and speed of a link, 0 where not known.
 * @lanes: width
 * @speed_mtps: million transfers per second and lane
 */
struct vigil_pci_link {
	u32 lanes;
	u32 speed_mtps;
};

/**
 * struct vigil_pci_link_signs - What a link is held against.
 * @now: what it is
 * @first: what it was when the function was first seen
 * @capable: what both ends can do
 * @expected_lanes: what an administrator says is right; 0: what both ends can
 * @judge_speed: a lower speed counts. Off, because power management lowers it.
 */
struct vigil_pci_link_signs {
	struct vigil_pci_link now;
	struct vigil_pci_link first;
	struct vigil_pci_link capable;
	u32 expected_lanes;
	bool judge_speed;
};

/**
 * struct vigil_pci_signs - All that speaks for or against a function.
 * @unplugged: it is not on its bus, and nobody took it away in order
 * @absent: its configuration space can't be read
 * @driverless: recovery took its driver off, and none took it again
 * @gave_up: automatic recovery has
 * @fatal: it has had a fatal error
 * @nonfatal: non-fatal errors within the window
 * @corrected: correctable errors within the window
 * @corrected_max: so many of them are not worth a word
 * @link: what is known of its link
 */
struct vigil_pci_signs {
	bool unplugged;
	bool absent;
	bool driverless;
	bool gave_up;
	bool fatal;
	u64 nonfatal;
	u64 corrected;
	u32 corrected_max;
	struct vigil_pci_link_signs link;
};

/**
 * struct vigil_pci_verdict - What they amount to.
 * @health: how well it works
 * @advice: what to do
 * @link_degraded: the link is narrower or slower than it should be
 * @reason: why
 */
struct vigil_pci_verdict {
	enum vigil_health health;
	enum vigil_advice advice;
	bool link_degraded;
	char reason[VIGIL_REASON_MAX + 1];
};

/**
 * vigil_pci_link_of() - Width and speed out of a link status register.
 * @lnksta: PCI_EXP_LNKSTA
 *
 * Context: Any.
 * Return: both, 0 for what makes no sense.
 */
static inline struct vigil_pci_link vigil_pci_link_of(u16 lnksta)
{
	static const u32 speeds_mtps[] = {
		0, 2500, 5000, 8000, 16000, 32000, 64000,
	};
	u32 speed = lnksta & PCI_EXP_LNKSTA_CLS;
	struct vigil_pci_link link = {
		.lanes = (lnksta & PCI_EXP_LNKSTA_NLW) >>
			 PCI_EXP_LNKSTA_NLW_SHIFT,
		.speed_mtps = speed < ARRAY_SIZE(speeds_mtps) ?
			      speeds_mtps[speed] : 0,
	};

	return link;
}

/**
 * vigil_pci_judge_link() - Whether a link is less than it should be.
 * @signs: what is known of it
 * @reason: says why, if it is
 * @size: of @reason
 *
 * Context: Any.
 * Return: true if it is.
 */
static inline bool
vigil_pci_judge_link(const struct vigil_pci_link_signs *signs, char *reason,
		     size_t size)
{
	const struct vigil_pci_link *now = &signs->now;
	u32 lanes = signs->expected_lanes ?: signs->capable.lanes;
	bool was;

	if (!now->lanes)
		return false;
	if (now->lanes < lanes) {
		was = signs->first.lanes > now->lanes;
		scnprintf(reason, size, "link x%u, %s x%u", now->lanes,
			  was ? "was" :
			  signs->expected_lanes ? "expected" : "both ends can",
			  was ? signs->first.lanes : lanes);
		return true;
	}
	if (signs->judge_speed && now->speed_mtps &&
	    now->speed_mtps < signs->capable.speed_mtps) {
		was = signs->first.speed_mtps > now->speed_mtps;
		scnprintf(reason, size, "link at %u MT/s, %s %u",
			  now->speed_mtps, was ? "was" : "both ends can",
			  was ? signs->first.speed_mtps :
				signs->capable.speed_mtps);
		return true;
	}
	return false;
}

static inline void vigil_pci_decide(struct vigil_pci_verdict *verdict,
				    enum vigil_health health,
				    enum vigil_advice advice,
				    const char *reason)
{
	verdict->health = health;
	verdict->advice = advice;
	strscpy(verdict->reason, reason, sizeof(verdict->reason));
}

static inline bool vigil_pci_has_failed(const struct vigil_pci_signs *signs)
{
	return signs->unplugged || signs->absent || signs->fatal ||
	       signs->driverless;
}

/**
 * vigil_pci_judge() - Come to a verdict.
 * @signs: all that is known
 * @verdict: set to what they amount to; the worst sign decides
 *
 * Context: Any.
 */
static inline void vigil_pci_judge(const struct vigil_pci_signs *signs,
				   struct vigil_pci_verdict *verdict)
{
	char link[VIGIL_REASON_MAX + 1];

	verdict->link_degraded = vigil_pci_judge_link(&signs->link, link,
						      sizeof(link));
	if (vigil_pci_has_failed(signs) && signs->gave_up)
		vigil_pci_decide(verdict, VIGIL_HEALTH_FAILED,
				 VIGIL_ADVICE_REPLACE,
				 "automatic recovery gave up");
	else if (signs->unplugged)
		vigil_pci_decide(verdict, VIGIL_HEALTH_FAILED,
				 VIGIL_ADVICE_REPLACE,
				 "it is gone from its bus");
	else if (signs->absent)
		vigil_pci_decide(verdict, VIGIL_HEALTH_FAILED,
				 VIGIL_ADVICE_REPLACE,
				 "does not answer, its configuration reads as ones");
	else if (signs->driverless)
		vigil_pci_decide(verdict, VIGIL_HEALTH_FAILED,
				 VIGIL_ADVICE_REPLACE,
				 "no driver took it after a recovery");
	else if (signs->fatal)
		vigil_pci_decide(verdict, VIGIL_HEALTH_FAILED,
				 VIGIL_ADVICE_ISOLATE, "fatal PCIe error");
	else if (signs->nonfatal >= VIGIL_PCI_NONFATAL_FAILING)
		vigil_pci_decide(verdict, VIGIL_HEALTH_FAILING,
				 VIGIL_ADVICE_ISOLATE,
				 "repeated non-fatal PCIe errors");
	else if (signs->nonfatal)
		vigil_pci_decide(verdict, VIGIL_HEALTH_DEGRADED,
				 VIGIL_ADVICE_WATCH, "non-fatal PCIe error");
	else if (verdict->link_degraded)
		vigil_pci_decide(verdict, VIGIL_HEALTH_DEGRADED,
				 VIGIL_ADVICE_WATCH, link);
	else if (signs->corrected > signs->corrected_max)
		vigil_pci_decide(verdict, VIGIL_HEALTH_DEGRADED,
				 VIGIL_ADVICE_WATCH,
				 "too many correctable PCIe errors");
	else
		vigil_pci_decide(verdict, VIGIL_HEALTH_HEALTHY,
				 VIGIL_ADVICE_NONE, "works");
}

#endif /* VIGIL_PCI_JUDGE_H */
