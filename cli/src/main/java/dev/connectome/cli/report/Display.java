package dev.connectome.cli.report;

import com.google.common.base.CaseFormat;
import com.google.protobuf.ProtocolMessageEnum;
import dev.connectome.protos.run.v1.TrainingStage;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Enum constants and numbers as people read them. */
public final class Display {
  private Display() {}

  /** The constant without the prefix that repeats its type: RUN_STATE_RUNNING is RUNNING. */
  public static String name(ProtocolMessageEnum constant) {
    String prefix =
        CaseFormat.UPPER_CAMEL.to(
                CaseFormat.UPPER_UNDERSCORE, constant.getDescriptorForType().getName())
            + "_";
    String name = ((Enum<?>) constant).name();
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  /** The stage in lower case; empty if unknown. */
  public static String stage(TrainingStage stage) {
    return stage == TrainingStage.TRAINING_STAGE_UNSPECIFIED
        ? ""
        : name(stage).toLowerCase(Locale.ROOT);
  }

  /** A number of any unit, with four significant digits or more; null is a hyphen. */
  public static String number(@Nullable Double value) {
    if (value == null) {
      return "-";
    }
    double size = Math.abs(value);
    if (size > 0 && size < 1e-3) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
