/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvigil: the components of a server, their health, and the verbs that
 * isolate and release them, over the generic netlink family "vigil".
 *
 * What the kernel tells about a component, an operation or an event is a
 * record: named values as the netlink spec lists them, read by the attribute
 * numbers of <linux/vigil.h>. Nothing is printed; every function that can fail
 * returns a negative errno and leaves the words in vigil_error(). A handle is
 * for one thread at a time; different handles are independent.
 */
#ifndef VIGIL_VIGIL_H
#define VIGIL_VIGIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/vigil.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vigil;
struct vigil_list;
struct vigil_monitor;
struct vigil_record;

/* Connection */

/**
 * vigil_open() - Connect to the kernel's vigil family.
 * @vigil: set to the handle, or to NULL on failure
 *
 * Return: 0, -ENOENT when the vigil module is not loaded, or another negative
 * errno.
 */
int vigil_open(struct vigil **vigil);

/**
 * vigil_close() - Disconnect and free the handle.
 * @vigil: handle without monitors left open, or NULL
 */
void vigil_close(struct vigil *vigil);

/**
 * vigil_error() - Why the last function that failed on this handle did.
 * @vigil: handle
 *
 * Return: the kernel's own words where it gave some, valid until the next call
 * on the handle; never NULL.
 */
const char *vigil_error(const struct vigil *vigil);

/* Records */

/**
 * enum vigil_field_type - How the value of a field is read.
 * @VIGIL_FIELD_U32: vigil_record_uint(), and vigil_record_name() if it is an
 *	enum
 * @VIGIL_FIELD_U64: vigil_record_uint()
 * @VIGIL_FIELD_STRING: vigil_record_string()
 * @VIGIL_FIELD_FLAG: vigil_record_has()
 * @VIGIL_FIELD_NEST: vigil_record_nested(), may repeat
 * @VIGIL_FIELD_S32: vigil_record_int()
 * @VIGIL_FIELD_FLAGS: vigil_record_uint(), a bit (1 << value) for each value of an
 *	enum that holds; vigil_record_flag_name() names them
 */
enum vigil_field_type {
	VIGIL_FIELD_U32 = 1,
	VIGIL_FIELD_U64,
	VIGIL_FIELD_STRING,
	VIGIL_FIELD_FLAG,
	VIGIL_FIELD_NEST,
	VIGIL_FIELD_S32,
	VIGIL_FIELD_FLAGS,
};

/**
 * struct vigil_field - One value that a record has.
 * @attribute: its number in <linux/vigil.h>
 * @type: how to read it
 * @name: its name in the netlink spec
 */
struct vigil_field {
	unsigned int attribute;
	enum vigil_field_type type;
	const char *name;
};

/**
 * vigil_record_kind() - What a record is.
 * @record: record
 *
 * Return: the name of its attribute set: "component", "operation", "event",
 * "feature", "cell", "source", "frame", "audit", "model", "agent", "finding" in an
 * operation, or "value" for a counter or policy in a component.
 */
const char *vigil_record_kind(const struct vigil_record *record);

/**
 * vigil_record_next() - Walk through the values that a record has.
 * @record: record
 * @field: set to 0 before the first call; changed to the next value
 *
 * Return: false when there are no more.
 */
bool vigil_record_next(const struct vigil_record *record,
		       struct vigil_field *field);

/**
 * vigil_record_has() - Whether a record has a value.
 * @record: record
 * @attribute: number of the attribute
 *
 * Return: true if it has.
 */
bool vigil_record_has(const struct vigil_record *record,
		      unsigned int attribute);

/**
 * vigil_record_uint() - Read a number.
 * @record: record
 * @attribute: number of the attribute
 *
 * Return: the number, 0 when it is absent.
 */
uint64_t vigil_record_uint(const struct vigil_record *record,
			   unsigned int attribute);

/**
 * vigil_record_int() - Read a number that may be negative.
 * @record: record
 * @attribute: number of the attribute
 *
 * Return: the number, 0 when it is absent.
 */
int64_t vigil_record_int(const struct vigil_record *record,
			 unsigned int attribute);

/**
 * vigil_record_string() - Read a string.
 * @record: record
 * @attribute: number of the attribute
 *
 * Return: the string, NULL when it is absent. It belongs to the record.
 */
const char *vigil_record_string(const struct vigil_record *record,
				unsigned int attribute);

/**
 * vigil_record_name() - Name the value of an enum.
 * @record: record
 * @attribute: number of the attribute
 *
 * Return: the value's name in the spec; NULL when it is absent, not of an enum,
 * or newer than this library.
 */
const char *vigil_record_name(const struct vigil_record *record,
			      unsigned int attribute);

/**
 * vigil_record_flag_name() - Name one of several values of an enum.
 * @record: record
 * @attribute: number of the attribute
 * @bit: number of the bit, which need not be set
 *
 * Return: the value's name in the spec; NULL when the attribute is absent, not
 * of flags, or the bit newer than this library.
 */
const char *vigil_record_flag_name(const struct vigil_record *record,
				   unsigned int attribute, unsigned int bit);

/**
 * vigil_record_nested() - Walk through the records inside a record.
 * @record: record
 * @attribute: number of the attribute, which may repeat
 * @previous: what the last call returned, NULL for the first
 *
 * Return: the next record, which belongs to @record, or NULL.
 */
const struct vigil_record *
vigil_record_nested(const struct vigil_record *record, unsigned int attribute,
		    const struct vigil_record *previous);

/**
 * vigil_record_free() - Free a record that a function handed out.
 * @record: record, or NULL
 */
void vigil_record_free(struct vigil_record *record);

/* Components */

/**
 * vigil_class_name() - Name a class of components.
 * @value: VIGIL_CLASS_...
 *
 * Return: its name, NULL when there is no such class.
 */
const char *vigil_class_name(unsigned int value);

/**
 * vigil_health_name() - Name a health.
 * @value: VIGIL_HEALTH_...
 *
 * Return: its name, NULL when there is no such health.
 */
const char *vigil_health_name(unsigned int value);

/**
 * vigil_component_get() - Ask for one component.
 * @vigil: handle
 * @name: its name
 * @component: set to a record of kind "component"
 *
 * Return: 0, -ENODEV when there is no such component, or another negative
 * errno.
 */
int vigil_component_get(struct vigil *vigil, const char *name,
			struct vigil_record **component);

/**
 * vigil_component_number() - Find a counter or policy by name.
 * @component: record of kind "component"
 * @name: name of the counter or policy
 * @value: set to its value when found
 *
 * Return: true if the component has it.
 */
bool vigil_component_number(const struct vigil_record *component,
			    const char *name, uint64_t *value);

/**
 * vigil_component_dump() - Ask for all components.
 * @vigil: handle
 * @of_class: VIGIL_CLASS_... to ask for those of one class only, or 0
 * @list: set to the components
 *
 * A dump that is torn by a change is asked for again, a few times.
 *
 * Return: 0 or a negative errno.
 */
int vigil_component_dump(struct vigil *vigil, unsigned int of_class,
			 struct vigil_list **list);

/**
 * vigil_component_dump_attention() - Ask for the components that need a look.
 * @vigil: handle
 * @of_class: VIGIL_CLASS_... to ask for those of one class only, or 0
 * @list: set to the components that are known not to be healthy, or not all in
 *	use, or about which something is advised, and to those of agents that are
 *	unknown
 *
 * On a machine with many components this is much less than all of them.
 *
 * Return: 0 or a negative errno.
 */
int vigil_component_dump_attention(struct vigil *vigil, unsigned int of_class,
				   struct vigil_list **list);

/**
 * vigil_component_needs_attention() - Whether a component needs a look.
 * @component: record of kind "component"
 *
 * Return: true if vigil_component_dump_attention() has it.
 */
bool vigil_component_needs_attention(const struct vigil_record *component);

/**
 * vigil_feature_dump() - Ask for the numbers that a history amounts to.
 * @vigil: handle
 * @component: name of the component, one of class dimm
 * @list: set to records of kind "feature"
 *
 * Return: 0, -ENODEV when there is no such component, -EOPNOTSUPP when it has
 * no features, or another negative errno.
 */
int vigil_feature_dump(struct vigil *vigil, const char *component,
		       struct vigil_list **list);

/**
 * vigil_cell_dump() - Ask for the cells of a memory module that had errors.
 * @vigil: handle
 * @component: name of the component, one of class dimm
 * @list: set to records of kind "cell", from the oldest to the latest
 *
 * Return: 0, -ENODEV when there is no such component, -EOPNOTSUPP when it has
 * no cells, or another negative errno.
 */
int vigil_cell_dump(struct vigil *vigil, const char *component,
		    struct vigil_list **list);

/**
 * vigil_source_dump() - Ask who reports errors.
 * @vigil: handle
 * @list: set to records of kind "source"
 *
 * Return: 0 or a negative errno.
 */
int vigil_source_dump(struct vigil *vigil, struct vigil_list **list);

/* A model file that is longer is refused. */
#define VIGIL_MODEL_FILE_MAX (128 << 10)

/**
 * vigil_model_dump() - Ask what predicts failures.
 * @vigil: handle
 * @list: set to records of kind "model", one for each subject
 *
 * Return: 0 or a negative errno.
 */
int vigil_model_dump(struct vigil *vigil, struct vigil_list **list);

/**
 * vigil_model_get() - Ask what predicts one subject.
 * @vigil: handle
 * @subject: what is predicted, memory-ue for example
 * @model: set to a record of kind "model"
 *
 * Return: 0, -ENOENT when nobody predicts that, or another negative errno.
 */
int vigil_model_get(struct vigil *vigil, const char *subject,
		    struct vigil_record **model);

/**
 * vigil_model_load() - Have a model judge from now on.
 * @vigil: handle
 * @subject: what it predicts
 * @data: content of the model's file
 * @bytes: its size, VIGIL_MODEL_FILE_MAX at most
 * @model: set to a record of kind "model"
 *
 * Needs CAP_SYS_ADMIN. One that is refused leaves the one that is there.
 *
 * Return: 0; -ENOENT when nobody predicts that, -EINVAL when the model is
 * refused, see vigil_error() for the reason; or another negative errno.
 */
int vigil_model_load(struct vigil *vigil, const char *subject,
		     const void *data, size_t bytes,
		     struct vigil_record **model);

/**
 * vigil_model_unload() - Have thresholds judge alone from now on.
 * @vigil: handle
 * @subject: what was predicted
 * @model: set to a record of kind "model"
 *
 * Needs CAP_SYS_ADMIN.
 *
 * Return: 0, -ENOENT when there is no model, or another negative errno.
 */
int vigil_model_unload(struct vigil *vigil, const char *subject,
		       struct vigil_record **model);

/**
 * vigil_audit_dump() - Ask what was decided.
 * @vigil: handle
 * @component: name of the component, NULL for all; it may be gone by now
 * @from: number of the first record that is wanted, 0 for all there are
 * @list: set to records of kind "audit", the oldest first
 *
 * The kernel keeps the latest 256. Addresses are only for CAP_SYS_ADMIN.
 *
 * Return: 0 or a negative errno.
 */
int vigil_audit_dump(struct vigil *vigil, const char *component, uint64_t from,
		     struct vigil_list **list);

/**
 * vigil_frame_get() - Ask whether a page frame is out of use.
 * @vigil: handle
 * @component: name of the component, one of class memory
 * @address: physical address in bytes
 * @frame: set to a record of kind "frame"
 *
 * Only for CAP_SYS_ADMIN, as the next one.
 *
 * Return: 0 when it is, or is about to be; -ENOENT when it is in use; -ENXIO when
 * no memory is online there; -EINVAL when it belongs to another component; -ENODEV
 * when there is no such component; or another negative errno.
 */
int vigil_frame_get(struct vigil *vigil, const char *component,
		    uint64_t address, struct vigil_record **frame);

/**
 * vigil_frame_dump() - Ask for the page frames that are out of use.
 * @vigil: handle
 * @component: name of the component, one of class memory; NULL for all
 * @list: set to records of kind "frame", by address for each component
 *
 * Return: 0, -ENODEV when there is no such component, -EOPNOTSUPP when it has
 * no page frames, or another negative errno.
 */
int vigil_frame_dump(struct vigil *vigil, const char *component,
		     struct vigil_list **list);

/**
 * vigil_list_size() - Number of records in a list.
 * @list: list
 *
 * Return: the number.
 */
size_t vigil_list_size(const struct vigil_list *list);

/**
 * vigil_list_at() - One record of a list.
 * @list: list
 * @index: less than vigil_list_size()
 *
 * Return: the record, which belongs to @list; NULL beyond the end.
 */
const struct vigil_record *vigil_list_at(const struct vigil_list *list,
					 size_t index);

/**
 * vigil_list_torn() - Whether something changed during each dump.
 * @list: list
 *
 * Return: true if a component may be missing, or shown twice.
 */
bool vigil_list_torn(const struct vigil_list *list);

/**
 * vigil_list_free() - Free a list and its records.
 * @list: list, or NULL
 */
void vigil_list_free(struct vigil_list *list);

/**
 * vigil_policy_set() - Change a policy of a component.
 * @vigil: handle
 * @component: name of the component
 * @policy: name of the policy
 * @value: new value
 * @after: set to the component as it is afterwards
 *
 * Return: 0 or a negative errno.
 */
int vigil_policy_set(struct vigil *vigil, const char *component,
		     const char *policy, uint64_t value,
		     struct vigil_record **after);

/* Operations */

/**
 * vigil_verb_name() - Name a verb.
 * @value: VIGIL_VERB_...
 *
 * Return: its name, NULL when there is no such verb.
 */
const char *vigil_verb_name(unsigned int value);

/**
 * vigil_method_name() - Name a method.
 * @value: VIGIL_METHOD_...
 *
 * Return: its name, NULL when there is no such method.
 */
const char *vigil_method_name(unsigned int value);

/**
 * vigil_guard_name() - Name a guard.
 * @value: VIGIL_GUARD_...
 *
 * Return: its name, NULL when there is no such guard.
 */
const char *vigil_guard_name(unsigned int value);

/**
 * struct vigil_request - What to do to a component.
 * @component: name of the component
 * @verb: VIGIL_VERB_...
 * @method: how, VIGIL_METHOD_DEFAULT unless the component takes others
 * @overrides: guards that are not to be heard, bit (1 << VIGIL_GUARD_...)
 * @timeout_ms: deadline, after which the kernel ends the operation; 0 for the
 *	kernel's own
 * @has_address: @address is meant
 * @dry_run: go through every check, change nothing
 * @address: physical address in bytes of a page frame
 * @reason: why, for people; may be NULL
 * @owner: on whose behalf; NULL for "admin"
 */
struct vigil_request {
	const char *component;
	enum vigil_verb verb;
	enum vigil_method method;
	uint32_t overrides;
	uint32_t timeout_ms;
	bool has_address;
	bool dry_run;
	uint64_t address;
	const char *reason;
	const char *owner;
};

/**
 * vigil_operation_start() - Ask for an operation, do not wait for its end.
 * @vigil: handle
 * @request: what to do
 * @operation: set to a record of kind "operation"
 *
 * Return: 0 when the kernel accepted it, or a negative errno.
 */
int vigil_operation_start(struct vigil *vigil,
			  const struct vigil_request *request,
			  struct vigil_record **operation);

/**
 * vigil_operation_dump() - Ask for the latest operations.
 * @vigil: handle
 * @list: set to records of kind "operation", without their findings
 *
 * Return: 0 or a negative errno.
 */
int vigil_operation_dump(struct vigil *vigil, struct vigil_list **list);

/**
 * vigil_operation_get() - Ask how far an operation has come.
 * @vigil: handle
 * @id: number of the operation
 * @operation: set to a record of kind "operation"
 *
 * Return: 0, -ENOENT when the kernel does not know it (any more), or another
 * negative errno.
 */
int vigil_operation_get(struct vigil *vigil, uint64_t id,
			struct vigil_record **operation);

/**
 * vigil_operation_wait() - Wait for the end of an operation.
 * @vigil: handle
 * @id: number of the operation
 * @timeout_ms: how long, at most
 * @operation: set to the operation as it is then, still pending if the time
 *	was too short
 *
 * Return: 0 or a negative errno.
 */
int vigil_operation_wait(struct vigil *vigil, uint64_t id,
			 unsigned int timeout_ms,
			 struct vigil_record **operation);

/**
 * vigil_operation_run() - Ask for an operation and wait for its end.
 * @vigil: handle
 * @request: what to do
 * @timeout_ms: how long to wait, at most
 * @operation: set to the operation as it is then, still pending if the time
 *	was too short
 *
 * Return: 0 when the kernel accepted it, whatever came of it; or a negative
 * errno.
 */
int vigil_operation_run(struct vigil *vigil,
			const struct vigil_request *request,
			unsigned int timeout_ms,
			struct vigil_record **operation);

/* Monitor */

/**
 * enum vigil_notice_type - What a monitor has to say.
 * @VIGIL_NOTICE_SNAPSHOT: a component as it is now
 * @VIGIL_NOTICE_SNAPSHOT_END: the snapshot is complete
 * @VIGIL_NOTICE_LOST: messages did not arrive; a new snapshot follows
 * @VIGIL_NOTICE_MESSAGE: the kernel sent a message
 */
enum vigil_notice_type {
	VIGIL_NOTICE_SNAPSHOT = 1,
	VIGIL_NOTICE_SNAPSHOT_END,
	VIGIL_NOTICE_LOST,
	VIGIL_NOTICE_MESSAGE,
};

/**
 * struct vigil_notice - One thing that a monitor has to say.
 * @type: which of the fields below are valid
 * @message: VIGIL_NOTICE_MESSAGE: name of the message in the spec, for example
 *	"event-ntf"
 * @record: VIGIL_NOTICE_SNAPSHOT and VIGIL_NOTICE_MESSAGE: what it is about;
 *	valid during the call
 * @components: VIGIL_NOTICE_SNAPSHOT_END: how many there were
 * @torn: VIGIL_NOTICE_SNAPSHOT_END: the same as vigil_list_torn()
 * @first: VIGIL_NOTICE_LOST: first sequence number that was missed, 0 if not
 *	known
 * @last: VIGIL_NOTICE_LOST: last sequence number that was missed, 0 if not
 *	known
 */
struct vigil_notice {
	enum vigil_notice_type type;
	const char *message;
	const struct vigil_record *record;
	size_t components;
	bool torn;
	uint64_t first;
	uint64_t last;
};

/**
 * typedef vigil_notice_fn - Called with each thing that a monitor has to say.
 * @notice: valid during the call
 * @data: what was handed to the function that calls this
 *
 * Return: 0 to go on; anything else stops and is returned to the caller.
 */
typedef int (*vigil_notice_fn)(const struct vigil_notice *notice, void *data);

/**
 * vigil_monitor_open() - Start to listen.
 * @vigil: handle, which must outlive the monitor
 * @monitor: set to the monitor
 *
 * Return: 0 or a negative errno.
 */
int vigil_monitor_open(struct vigil *vigil, struct vigil_monitor **monitor);

/**
 * vigil_monitor_close() - Stop to listen.
 * @monitor: monitor, or NULL
 */
void vigil_monitor_close(struct vigil_monitor *monitor);

/**
 * vigil_monitor_fd() - File descriptor to poll for POLLIN.
 * @monitor: monitor
 *
 * Return: the file descriptor, which belongs to @monitor.
 */
int vigil_monitor_fd(const struct vigil_monitor *monitor);

/**
 * vigil_monitor_snapshot() - Tell about every component as it is now.
 * @monitor: monitor
 * @call: function to call
 * @data: handed to @call
 *
 * A message that was under way is told about later, even if the snapshot shows
 * its effect already; its sequence number is then not above the component's.
 *
 * Return: 0, a negative errno, or what @call returned to stop it.
 */
int vigil_monitor_snapshot(struct vigil_monitor *monitor, vigil_notice_fn call,
			   void *data);

/**
 * vigil_monitor_read() - Tell about all messages that have arrived.
 * @monitor: monitor
 * @call: function to call
 * @data: handed to @call
 *
 * Does not wait. Messages that were lost are told about as such, followed by a
 * snapshot.
 *
 * Return: 0 when there are no more, -ENODEV when the vigil module was unloaded,
 * another negative errno, or what @call returned to stop it.
 */
int vigil_monitor_read(struct vigil_monitor *monitor, vigil_notice_fn call,
		       void *data);

#ifdef __cplusplus
}
#endif

#endif /* VIGIL_VIGIL_H */
