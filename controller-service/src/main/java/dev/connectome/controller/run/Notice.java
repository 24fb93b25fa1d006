package dev.connectome.controller.run;

import java.util.Locale;
import java.util.Optional;

/** What others are told about. */
public enum Notice {
  DECIDED,
  STOPPED,
  FAILED,
  LOST,
  COMPLETED,
  ENFORCEMENT_CHANGED;

  /** What an event of a run says to others; empty for most. */
  public static Optional<Notice> of(EventKind kind, RunState state) {
    if (kind == EventKind.Own.DECIDED) {
      return Optional.of(DECIDED);
    }
    if (kind != EventKind.Own.STATE_CHANGED) {
      return Optional.empty();
    }
    return switch (state) {
      case STOPPED -> Optional.of(STOPPED);
      case FAILED -> Optional.of(FAILED);
      case LOST -> Optional.of(LOST);
      case COMPLETED -> Optional.of(COMPLETED);
      case PENDING, STARTING, RUNNING, STOPPING -> Optional.empty();
    };
  }

  /** As settings name it: {@code enforcement-changed}. */
  public String settingName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
