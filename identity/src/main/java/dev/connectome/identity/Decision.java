package dev.connectome.identity;

/** Whether a call may be made. */
public sealed interface Decision {

  /** It may. */
  record Allowed(Need need) implements Decision {}

  /** It may not, because nobody knows who calls. */
  record Unknown() implements Decision {}

  /** It may not, whoever it is that calls. */
  record Denied(Principal principal, Need need) implements Decision {}

  /** It may not: nobody has said who may make it. */
  record Unlisted(String method) implements Decision {}
}
