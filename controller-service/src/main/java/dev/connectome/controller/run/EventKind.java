package dev.connectome.controller.run;

/** What happened to a run; the name is in upper snake case and stored. */
public sealed interface EventKind {

  /** As callers read it. */
  String name();

  /** What the controller does or notices itself. */
  enum Own implements EventKind {
    CREATED,
    UPDATED,
    STATE_CHANGED,
    REGISTERED_AGAIN,
    DECIDED,
    SHADOW_DECIDED,
    SERIES_MISSING,
    STOP_UPGRADED,
    STOP_ACKNOWLEDGED,
    STOP_ESCALATED,
    OUTCOME_LATE,
    TRAINER_HUNG,
    /** The Job waits for the trainer of an earlier attempt. */
    TRAINER_LEAVING,
    /** The cluster does not allow the Job. */
    JOB_FORBIDDEN
  }

  /** Why a Job waits, in the cluster's words, such as UNSCHEDULABLE or IMAGE_PULL_BACK_OFF. */
  record OfCluster(String name) implements EventKind {}
}
