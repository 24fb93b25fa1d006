package dev.connectome.identity;

/** What a principal may do: VIEWER &lt; OPERATOR &lt; ADMIN; TRAINER stands apart. */
public enum Role {
  /** Does what a trainer does: registers, reports, publishes activations, looks its run up. */
  TRAINER,
  /** Reads everything and changes nothing. */
  VIEWER,
  /** A viewer who also creates, changes, stops, resumes and deletes runs, and trains. */
  OPERATOR,
  /** An operator who also switches enforcement off and on. */
  ADMIN
}
