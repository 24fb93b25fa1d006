package dev.connectome.cli.runs;

import com.google.common.base.CaseFormat;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import dev.connectome.cli.CommandFailure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Enum constants as people type them: lower case with hyphens, without the prefix that repeats the
 * type. STOP_MODE_END_OF_EPOCH is end-of-epoch.
 */
final class EnumNames {
  private EnumNames() {}

  /** The names of all constants but the unspecified one. */
  static List<String> of(EnumDescriptor type) {
    return constants(type).stream().map(EnumNames::name).toList();
  }

  /** The constant with a name in any case; empty if there is none. */
  static Optional<EnumValueDescriptor> find(EnumDescriptor type, String typed) {
    String wanted = typed.toLowerCase(Locale.ROOT).replace('_', '-');
    return constants(type).stream().filter(constant -> name(constant).equals(wanted)).findFirst();
  }

  /**
   * The number of the constant that an option names.
   *
   * @throws CommandFailure if there is no such constant
   */
  static int parse(String option, EnumDescriptor type, String typed) {
    return find(type, typed)
        .orElseThrow(
            () ->
                CommandFailure.badInput(
                    "%s is '%s': it must be one of %s"
                        .formatted(option, typed, String.join(", ", of(type)))))
        .getNumber();
  }

  private static List<EnumValueDescriptor> constants(EnumDescriptor type) {
    return type.getValues().stream().filter(constant -> constant.getNumber() != 0).toList();
  }

  static String name(EnumValueDescriptor constant) {
    String prefix =
        CaseFormat.UPPER_CAMEL.to(CaseFormat.LOWER_HYPHEN, constant.getType().getName()) + "-";
    String name = CaseFormat.UPPER_UNDERSCORE.to(CaseFormat.LOWER_HYPHEN, constant.getName());
    return name.substring(prefix.length());
  }
}
