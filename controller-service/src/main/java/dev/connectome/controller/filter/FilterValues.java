package dev.connectome.controller.filter;

import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Values in filters. Each method throws IllegalArgumentException with the remedy. */
final class FilterValues {

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d{1,40}(\\.\\d{0,40})?|\\.\\d{1,40})([eE][+-]?\\d{1,4})?");
  private static final String RESOURCE = "runs/";

  private FilterValues() {}

  static double number(String text) {
    double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("write a number, such as 12 or 2.5e-3");
    }
    return value;
  }

  static Instant time(String text) {
    try {
      Instant time =
          text.length() == "2026-01-01".length()
              ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
              : OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant();
      if (time.atOffset(ZoneOffset.UTC).getYear() >= 1
          && time.atOffset(ZoneOffset.UTC).getYear() <= 9_999) {
        return time;
      }
    } catch (DateTimeException e) {
      // It is refused below.
    }
    throw new IllegalArgumentException(
        "write a time such as \"2026-01-01T08:00:00Z\", or a date such as 2026-01-01");
  }

  /** The name of a choice, in any case and with or without the prefix of the contract. */
  static String choice(RunField field, String text) {
    List<String> names =
        field.name() == RunField.Name.STATE
            ? names(RunState.values())
            : names(LauncherType.values());
    String prefix = field.name() == RunField.Name.STATE ? "RUN_STATE_" : "LAUNCHER_KIND_";
    String name = text.toUpperCase(Locale.ROOT);
    String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    if (!names.contains(bare)) {
      throw new IllegalArgumentException("write one of " + String.join(", ", names));
    }
    return bare;
  }

  /** A text as the field has it. */
  static String text(RunField field, String text) {
    return switch (field.name()) {
      case NAME -> text.startsWith(RESOURCE) ? text.substring(RESOURCE.length()) : text;
      case UID -> text.toLowerCase(Locale.ROOT);
      default -> text;
    };
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).toList();
  }
}
