package dev.connectome.client.policy;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a policy in the form that {@link PolicySyntax} reads. */
public final class PolicyFormat {
  private PolicyFormat() {}

  /**
   * Writes a policy.
   *
   * @param policy the policy
   * @return its compact form; what is unset, and an id that repeats the rule, is left out
   */
  public static String format(StoppingPolicy policy) {
    FieldDescriptor rule =
        policy.getOneofFieldDescriptor(StoppingPolicy.getDescriptor().getOneofs().get(0));
    if (rule == null) {
      return PolicySyntax.DEFAULT;
    }
    Message settings = (Message) policy.getField(rule);
    List<String> written = new ArrayList<>();
    if (!policy.getPolicyId().isEmpty() && !policy.getPolicyId().equals(rule.getName())) {
      written.add("id=" + policy.getPolicyId());
    }
    if (!policy.getMonitor().isEmpty() && !policy.hasNever()) {
      written.add("monitor=" + policy.getMonitor());
    }
    settings
        .getAllFields()
        .forEach(
            (field, value) -> {
              if (!field.isRepeated()) {
                written.add(PolicySyntax.kebab(field) + "=" + value(field, value));
              }
            });
    return rule.getName()
        + members(settings)
        + (written.isEmpty() ? "" : ":" + String.join(",", written));
  }

  private static String members(Message settings) {
    FieldDescriptor members = settings.getDescriptorForType().findFieldByName("policies");
    if (members == null) {
      return "";
    }
    return ((List<?>) settings.getField(members))
        .stream()
            .map(member -> format((StoppingPolicy) member))
            .collect(Collectors.joining("; ", "(", ")"));
  }

  private static String value(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case ENUM -> ConstantNames.name((EnumValueDescriptor) value);
      case DOUBLE -> number((Double) value);
      default -> value.toString();
    };
  }

  /** A whole number without its decimals. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
