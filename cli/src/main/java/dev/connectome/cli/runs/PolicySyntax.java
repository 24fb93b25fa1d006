package dev.connectome.cli.runs;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The compact form of a stopping policy: {@code rule:knob=value,knob=value}. The rules and their
 * knobs are those of the contract, so that a new one there is known here; {@code id} and {@code
 * monitor} go with every rule. A knob without a value is true. Policies that are made of others
 * have those in parentheses, separated by semicolons: {@code any(diminishing; plateau):id=either}.
 */
public final class PolicySyntax {
  private static final FieldDescriptor ID =
      StoppingPolicy.getDescriptor().findFieldByNumber(StoppingPolicy.POLICY_ID_FIELD_NUMBER);
  private static final FieldDescriptor MONITOR =
      StoppingPolicy.getDescriptor().findFieldByNumber(StoppingPolicy.MONITOR_FIELD_NUMBER);
  private static final List<FieldDescriptor> RULES =
      StoppingPolicy.getDescriptor().getOneofs().get(0).getFields();

  private PolicySyntax() {}

  /**
   * Reads a policy.
   *
   * @param text for instance {@code patience:monitor=validationLoss,patience=5,restore-best}
   * @return the policy; what the text leaves out is unset
   * @throws CommandFailure that names the offending part and what there is instead
   */
  public static StoppingPolicy parse(String text) {
    return parse(text.strip(), text);
  }

  private static StoppingPolicy parse(String part, String text) {
    int end = part.startsWith("any(") || part.startsWith("all(") ? part.lastIndexOf(')') : -1;
    int colon = part.indexOf(':', Math.max(0, end));
    String head = (colon < 0 ? part : part.substring(0, colon)).strip();
    int open = head.indexOf('(');
    String name = (open < 0 ? head : head.substring(0, open)).strip();
    FieldDescriptor rule =
        RULES.stream()
            .filter(candidate -> candidate.getName().equals(name))
            .findFirst()
            .orElseThrow(() -> unknownRule(name, text));
    StoppingPolicy.Builder policy = StoppingPolicy.newBuilder();
    Message.Builder knobs = policy.newBuilderForField(rule);
    @Nullable FieldDescriptor members = rule.getMessageType().findFieldByName("policies");
    if ((members != null) != (open >= 0)) {
      throw misplacedParentheses(rule, members != null, text);
    }
    if (members != null) {
      for (String member : members(head, open, text)) {
        knobs.addRepeatedField(members, parse(member.strip(), text));
      }
    }
    if (colon >= 0) {
      for (String knob : part.substring(colon + 1).split(",", -1)) {
        set(policy, knobs, rule, knob.strip(), text);
      }
    }
    return policy.setField(rule, knobs.build()).build();
  }

  /** What stands between the outermost parentheses, cut at the semicolons that are in no others. */
  private static List<String> members(String head, int open, String text) {
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
      throw CommandFailure.badInput("the parentheses of policy '" + text + "' do not match");
    }
    return members;
  }

  private static void set(
      StoppingPolicy.Builder policy,
      Message.Builder knobs,
      FieldDescriptor rule,
      String part,
      String text) {
    int equals = part.indexOf('=');
    String knob = equals < 0 ? part : part.substring(0, equals).strip();
    String value = equals < 0 ? "true" : part.substring(equals + 1).strip();
    if (knob.equals("id")) {
      policy.setField(ID, value);
    } else if (knob.equals("monitor")) {
      policy.setField(MONITOR, value);
    } else {
      FieldDescriptor field =
          rule.getMessageType().getFields().stream()
              .filter(candidate -> !candidate.isRepeated())
              .filter(candidate -> kebab(candidate).equals(knob) || camel(candidate).equals(knob))
              .findFirst()
              .orElseThrow(() -> unknownKnob(knob, rule, text));
      knobs.setField(field, value(field, knob, value, text));
    }
  }

  private static Object value(FieldDescriptor field, String knob, String value, String text) {
    try {
      return switch (field.getJavaType()) {
        case INT -> Integer.valueOf(value);
        case DOUBLE -> Double.valueOf(value);
        case BOOLEAN -> truth(value);
        case ENUM -> constant(field, value);
        default -> throw new IllegalStateException("no syntax for " + field.getFullName());
      };
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(
          "'"
              + value
              + "' is no value of "
              + knob
              + " in policy '"
              + text
              + "': it must be "
              + expected(field));
    }
  }

  private static Boolean truth(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    throw new IllegalArgumentException(value);
  }

  private static EnumValueDescriptor constant(FieldDescriptor field, String value) {
    return field.getEnumType().getValues().stream()
        .filter(candidate -> candidate.getNumber() != 0)
        .filter(candidate -> word(field, candidate).equals(value.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(value));
  }

  private static String expected(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> "a whole number";
      case DOUBLE -> "a number";
      case BOOLEAN -> "true or false";
      case ENUM ->
          field.getEnumType().getValues().stream()
              .filter(candidate -> candidate.getNumber() != 0)
              .map(candidate -> word(field, candidate))
              .collect(Collectors.joining(" or "));
      default -> field.getJavaType().toString();
    };
  }

  /** MONITOR_MODE_MIN of enum MonitorMode is min. */
  private static String word(FieldDescriptor field, EnumValueDescriptor constant) {
    String prefix = field.getEnumType().getName().replaceAll("(?<=.)([A-Z])", "_$1") + "_";
    return constant.getName().substring(prefix.length()).toLowerCase(Locale.ROOT);
  }

  private static CommandFailure unknownRule(String name, String text) {
    String rules = RULES.stream().map(FieldDescriptor::getName).collect(Collectors.joining(", "));
    return CommandFailure.badInput(
        "'" + name + "' is no stopping rule in policy '" + text + "': there are " + rules);
  }

  private static CommandFailure misplacedParentheses(
      FieldDescriptor rule, boolean needed, String text) {
    return CommandFailure.badInput(
        needed
            ? "'%s' needs its policies in parentheses in policy '%s', for instance %s(diminishing; plateau)"
                .formatted(rule.getName(), text, rule.getName())
            : "'%s' takes no policies in parentheses in policy '%s': only any and all do"
                .formatted(rule.getName(), text));
  }

  private static CommandFailure unknownKnob(String knob, FieldDescriptor rule, String text) {
    String knobs =
        Stream.concat(
                Stream.of("id", "monitor"),
                rule.getMessageType().getFields().stream()
                    .filter(field -> !field.isRepeated())
                    .map(PolicySyntax::kebab))
            .collect(Collectors.joining(", "));
    return CommandFailure.badInput(
        "'"
            + knob
            + "' is no knob of "
            + rule.getName()
            + " in policy '"
            + text
            + "': there are "
            + knobs);
  }

  private static String kebab(FieldDescriptor field) {
    return field.getName().replace('_', '-');
  }

  private static String camel(FieldDescriptor field) {
    return field.getJsonName();
  }
}
