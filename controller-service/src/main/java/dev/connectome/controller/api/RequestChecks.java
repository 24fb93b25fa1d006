package dev.connectome.controller.api;

import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.connectome.controller.api.ApiErrors.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Checks requests against {@link FieldLimits} and {@link SpecRules}. */
final class RequestChecks {

  private static final Set<String> TRAINERS_OWN = Set.of("TrainingProgress", "TrainingOutcome");

  private final List<Violation> violations = new ArrayList<>();

  private RequestChecks() {}

  /**
   * Refuses a request with everything that is wrong with it. Output-only fields are not looked at.
   */
  static void check(Message request) {
    List<Violation> violations = violations(request);
    if (!violations.isEmpty()) {
      throw ApiErrors.invalid(violations);
    }
  }

  static List<Violation> violations(Message request) {
    var checks = new RequestChecks();
    checks.check("", request);
    return checks.violations.stream().distinct().toList();
  }

  private void check(String prefix, Message message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (isOutputOnly(field)) {
        continue;
      }
      if (!field.hasPresence() || message.hasField(field)) {
        check(prefix, field, message.getField(field));
      } else if (FieldLimits.isRequired(field)) {
        add(prefix + field.getName(), "must be set");
      }
    }
    SpecRules.check(message, (field, problem) -> add(prefix + field, problem));
  }

  /** A field without presence is checked even if it is unset: its limit may require it. */
  private void check(String prefix, FieldDescriptor field, Object value) {
    String path = prefix + field.getName();
    if (field.getJavaType() == JavaType.STRING || field.isMapField()) {
      checkText(path, field, value);
    }
    FieldLimits.of(field)
        .ifPresent(limit -> limit.problems(value).forEach(problem -> add(path, problem)));
    if (field.getJavaType() != JavaType.MESSAGE || field.isMapField()) {
      return;
    }
    List<?> messages = field.isRepeated() ? (List<?>) value : List.of(value);
    messages.forEach(message -> check(path + ".", (Message) message));
  }

  /** PostgreSQL stores no NUL. What a trainer says of itself is taken all the same. */
  private void checkText(String path, FieldDescriptor field, Object value) {
    boolean report = TRAINERS_OWN.contains(field.getContainingType().getName());
    boolean hasNul =
        field.isMapField()
            ? ((List<?>) value)
                .stream()
                    .flatMap(entry -> ((Message) entry).getAllFields().values().stream())
                    .anyMatch(RequestChecks::hasNul)
            : field.isRepeated()
                ? ((List<?>) value).stream().anyMatch(RequestChecks::hasNul)
                : hasNul(value);
    if (hasNul && !report) {
      add(path, "must not contain the character NUL");
    }
  }

  private static boolean hasNul(Object value) {
    return value instanceof String text && text.indexOf('\0') >= 0;
  }

  private void add(String field, String problem) {
    violations.add(new Violation(field, problem));
  }

  private static boolean isOutputOnly(FieldDescriptor field) {
    return field
        .getOptions()
        .getExtension(FieldBehaviorProto.fieldBehavior)
        .contains(FieldBehavior.OUTPUT_ONLY);
  }
}
