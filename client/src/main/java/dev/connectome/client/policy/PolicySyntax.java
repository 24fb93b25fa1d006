package dev.connectome.client.policy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The compact form of a stopping policy: {@code rule:setting=value,setting=value}. Rules and
 * settings are the fields of the protobuf messages, so that new ones need no change here; {@code
 * id} and {@code monitor} go with every rule. A setting without a value is true. Policies made of
 * others take those in parentheses, separated by semicolons: {@code any(diminishing;
 * plateau):id=either}.
 */
public final class PolicySyntax {
  private static final FieldDescriptor ID =
      StoppingPolicy.getDescriptor().findFieldByNumber(StoppingPolicy.POLICY_ID_FIELD_NUMBER);
  private static final FieldDescriptor MONITOR =
      StoppingPolicy.getDescriptor().findFieldByNumber(StoppingPolicy.MONITOR_FIELD_NUMBER);
  private static final List<FieldDescriptor> RULES =
      StoppingPolicy.getDescriptor().getOneofs().get(0).getFields();

  /** The policy of whoever names none. */
  static final String DEFAULT = "default";

  /** The whole policy, for messages. */
  private final String text;

  private PolicySyntax(String text) {
    this.text = text;
  }

  /**
   * Parses a policy.
   *
   * @param text the compact form, or {@code default}
   * @return the policy; what the text leaves out is unset
   * @throws IllegalArgumentException that names the offending part and what is possible instead
   */
  public static StoppingPolicy parse(String text) {
    return text.strip().equals(DEFAULT)
        ? StoppingPolicy.getDefaultInstance()
        : new PolicySyntax(text).policy(text.strip());
  }

  /** {@return every rule with its settings, a line each} */
  public static List<String> rules() {
    return RULES.stream()
        .map(
            rule ->
                Stream.concat(Stream.of("id", "monitor"), settings(rule).map(PolicySyntax::kebab))
                    .collect(Collectors.joining(", ", rule.getName() + ": ", "")))
        .toList();
  }

  private static Stream<FieldDescriptor> settings(FieldDescriptor rule) {
    return rule.getMessageType().getFields().stream().filter(field -> !field.isRepeated());
  }

  private StoppingPolicy policy(String part) {
    int end = part.startsWith("any(") || part.startsWith("all(") ? part.lastIndexOf(')') : -1;
    int colon = part.indexOf(':', Math.max(0, end));
    String head = (colon < 0 ? part : part.substring(0, colon)).strip();
    int open = head.indexOf('(');
    FieldDescriptor rule = rule((open < 0 ? head : head.substring(0, open)).strip());
    StoppingPolicy.Builder policy = StoppingPolicy.newBuilder();
    Message.Builder settings = policy.newBuilderForField(rule);
    @Nullable FieldDescriptor members = rule.getMessageType().findFieldByName("policies");
    if ((members != null) != (open >= 0)) {
      throw misplacedParentheses(rule, members != null);
    }
    if (members != null) {
      for (String member : members(head, open)) {
        settings.addRepeatedField(members, policy(member.strip()));
      }
    }
    if (colon >= 0) {
      for (String setting : part.substring(colon + 1).split(",", -1)) {
        set(policy, settings, rule, setting.strip());
      }
    }
    return policy.setField(rule, settings.build()).build();
  }

  private FieldDescriptor rule(String name) {
    return RULES.stream()
        .filter(candidate -> candidate.getName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                failure(
                    "'" + name + "' is not a stopping rule",
                    "the rules are "
                        + RULES.stream()
                            .map(FieldDescriptor::getName)
                            .collect(Collectors.joining(", "))));
  }

  /** Splits what stands between the outermost parentheses at the semicolons of that level. */
  private List<String> members(String head, int open) {
    List<String> members = new ArrayList<>();
    int depth = 0;
    int start = open + 1;
    for (int i = open; i < head.length(); i++) {
      char next = head.charAt(i);
      depth += next == '(' ? 1 : next == ')' ? -1 : 0;
      if (depth == 1 && next == ';') {
        members.add(head.substring(start, i));
        start = i + 1;
      } else if (depth == 0) {
        members.add(head.substring(start, i));
        start = i + 1;
        break;
      }
    }
    if (depth != 0 || start != head.length()) {
      throw new IllegalArgumentException("the parentheses of policy '" + text + "' do not match");
    }
    return members;
  }

  private void set(
      StoppingPolicy.Builder policy, Message.Builder settings, FieldDescriptor rule, String part) {
    int equals = part.indexOf('=');
    String name = equals < 0 ? part : part.substring(0, equals).strip();
    String value = equals < 0 ? "true" : part.substring(equals + 1).strip();
    switch (name) {
      case "id" -> policy.setField(ID, value);
      case "monitor" -> policy.setField(MONITOR, value);
      default -> {
        FieldDescriptor field = setting(rule, name);
        settings.setField(field, value(field, name, value));
      }
    }
  }

  private FieldDescriptor setting(FieldDescriptor rule, String name) {
    List<FieldDescriptor> fields = settings(rule).toList();
    return fields.stream()
        .filter(field -> kebab(field).equals(name) || field.getJsonName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                failure(
                    "'" + name + "' is not a setting of " + rule.getName(),
                    "the settings are "
                        + Stream.concat(
                                Stream.of("id", "monitor"),
                                fields.stream().map(PolicySyntax::kebab))
                            .collect(Collectors.joining(", "))));
  }

  private Object value(FieldDescriptor field, String name, String value) {
    try {
      return switch (field.getJavaType()) {
        case INT -> Integer.valueOf(value);
        case DOUBLE -> Double.valueOf(value);
        case BOOLEAN -> bool(value);
        case ENUM ->
            ConstantNames.find(field.getEnumType(), value)
                .orElseThrow(() -> new IllegalArgumentException(value));
        default -> throw new IllegalStateException("no syntax for " + field.getFullName());
      };
    } catch (IllegalArgumentException e) {
      throw failure(
          "'" + value + "' is not a value for " + name, "it must be " + possibleValues(field));
    }
  }

  private static Boolean bool(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    throw new IllegalArgumentException(value);
  }

  private static String possibleValues(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> "a whole number";
      case DOUBLE -> "a number";
      case BOOLEAN -> "true or false";
      case ENUM -> String.join(" or ", ConstantNames.of(field.getEnumType()));
      default -> field.getJavaType().toString();
    };
  }

  private IllegalArgumentException misplacedParentheses(FieldDescriptor rule, boolean required) {
    return new IllegalArgumentException(
        required
            ? "'%s' needs its policies in parentheses in policy '%s', for instance %s(diminishing; plateau)"
                .formatted(rule.getName(), text, rule.getName())
            : "'%s' takes no policies in parentheses in policy '%s': only any and all do"
                .formatted(rule.getName(), text));
  }

  private IllegalArgumentException failure(String problem, String remedy) {
    return new IllegalArgumentException("%s in policy '%s': %s".formatted(problem, text, remedy));
  }

  static String kebab(FieldDescriptor field) {
    return field.getName().replace('_', '-');
  }
}
