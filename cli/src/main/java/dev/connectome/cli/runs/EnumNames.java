package dev.connectome.cli.runs;

import com.google.protobuf.Descriptors.EnumDescriptor;
import dev.connectome.cli.CommandFailure;
import dev.connectome.client.policy.ConstantNames;

/** Constants of the contracts as options name them: STOP_MODE_END_OF_EPOCH is end-of-epoch. */
final class EnumNames {
  private EnumNames() {}

  /**
   * The number of the constant that an option names.
   *
   * @throws CommandFailure if there is no such constant
   */
  static int parse(String option, EnumDescriptor type, String typed) {
    return ConstantNames.find(type, typed)
        .orElseThrow(
            () ->
                CommandFailure.badInput(
                    "%s is '%s': it must be one of %s"
                        .formatted(option, typed, String.join(", ", ConstantNames.of(type)))))
        .getNumber();
  }
}
