package dev.connectome.cli.report;

import com.google.protobuf.ProtocolMessageEnum;
import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.run.v1.DecisionReason;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingStage;
import java.util.Locale;

/** The contracts' enumerations and numbers as people read them. */
public final class Display {
  private Display() {}

  /**
   * A run's state.
   *
   * @param state the state
   * @return for instance {@code RUNNING}
   */
  public static String of(RunState state) {
    return without("RUN_STATE_", state);
  }

  /**
   * A run's state as people type it.
   *
   * @param option what it was typed for, for the message
   * @param typed for instance {@code running}
   * @return the state
   * @throws CommandFailure if there is no such state
   */
  public static RunState state(String option, String typed) {
    try {
      return RunState.valueOf("RUN_STATE_" + typed.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(
          "%s is '%s': there are PENDING, STARTING, RUNNING, STOPPING, LOST, STOPPED, COMPLETED, FAILED"
              .formatted(option, typed));
    }
  }

  /**
   * A network's stage.
   *
   * @param stage the stage
   * @return for instance {@code consolidation}; empty if unknown
   */
  public static String of(TrainingStage stage) {
    return stage == TrainingStage.TRAINING_STAGE_UNSPECIFIED
        ? ""
        : without("TRAINING_STAGE_", stage).toLowerCase(Locale.ROOT);
  }

  /**
   * A decision's reason.
   *
   * @param reason the reason
   * @return for instance {@code DIMINISHING_CHANGE}
   */
  public static String of(DecisionReason reason) {
    return without("DECISION_REASON_", reason);
  }

  /**
   * A number of no particular unit, with four significant digits.
   *
   * @param value the number; null gives a hyphen
   * @return the text
   */
  public static String number(@org.jspecify.annotations.Nullable Double value) {
    if (value == null) {
      return "-";
    }
    double size = Math.abs(value);
    int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  private static String without(String prefix, ProtocolMessageEnum value) {
    String name = value instanceof Enum<?> constant ? constant.name() : value.toString();
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }
}
