package dev.connectome.client.policy;

import com.google.common.base.CaseFormat;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Enum constants as people type them: lower case with hyphens, without the prefix that repeats the
 * type. STOP_MODE_END_OF_EPOCH is end-of-epoch.
 */
public final class ConstantNames {
  private ConstantNames() {}

  /**
   * The names of all constants but the unspecified one.
   *
   * @param type the enum
   * @return the names, in the order of the contract
   */
  public static List<String> of(EnumDescriptor type) {
    return constants(type).stream().map(ConstantNames::name).toList();
  }

  /**
   * Finds a constant.
   *
   * @param type the enum
   * @param typed its name in any case
   * @return the constant; empty if there is none
   */
  public static Optional<EnumValueDescriptor> find(EnumDescriptor type, String typed) {
    String wanted = typed.toLowerCase(Locale.ROOT).replace('_', '-');
    return constants(type).stream().filter(constant -> name(constant).equals(wanted)).findFirst();
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
