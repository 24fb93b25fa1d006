package dev.connectome.controller.api;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.connectome.controller.run.Echo;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a field may hold. Values come as protobuf's reflection has them: a list for a repeated
 * field, a list of entries for a map. An empty text passes unless it is {@link #required}, since
 * proto3 cannot tell it from one that is unset.
 */
@FunctionalInterface
interface Limit {

  /** Anything. */
  Limit ANY = value -> List.of();

  /** What is wrong with a value, each the rest of a sentence that begins with the field's path. */
  List<String> problems(Object value);

  static Limit whole(long least, long most) {
    return value -> {
      long number = ((Number) value).longValue();
      return unless(
          number >= least && number <= most,
          most >= Integer.MAX_VALUE
              ? "must be %d or more, not %d".formatted(least, number)
              : "must be %d to %d, not %d".formatted(least, most, number));
    };
  }

  static Limit atMost(long most) {
    return value ->
        unless(
            ((Number) value).longValue() <= most,
            "must be at most %d, not %s".formatted(most, value));
  }

  /** NaN passes no comparison, so a predicate made of them refuses it. */
  static Limit real(String allowed, DoublePredicate test) {
    return value ->
        unless(test.test((Double) value), "must be %s, not %s".formatted(allowed, value));
  }

  static Limit text(int most) {
    return value -> {
      int length = ((String) value).length();
      return unless(
          length <= most, "must be at most %d characters, not %d".formatted(most, length));
    };
  }

  /** The length is checked before the pattern sees the text. */
  static Limit matching(int most, String regex, String allowed) {
    Pattern pattern = Pattern.compile(regex);
    return value -> {
      String text = (String) value;
      return text.isEmpty() || text.length() > most
          ? text(most).problems(text)
          : unless(
              pattern.matcher(text).matches(),
              "must be %s, not %s".formatted(allowed, Echo.of(text)));
    };
  }

  /** One of some names, which are listed in alphabetical order. */
  static Limit oneOf(String... names) {
    List<String> known = Arrays.stream(names).sorted().toList();
    return matching(
        256, String.join("|", known.stream().map(Pattern::quote).toList()), "one of " + known);
  }

  /** A value of the enum that this version knows. */
  static Limit known() {
    return value -> {
      var named = (EnumValueDescriptor) value;
      List<EnumValueDescriptor> all = named.getType().getValues();
      return unless(
          all.contains(named),
          "must be one of %s, not %d"
              .formatted(
                  all.stream()
                      .filter(one -> one.getNumber() != 0)
                      .map(EnumValueDescriptor::getName)
                      .toList(),
                  named.getNumber()));
    };
  }

  /** The same where the text must not be empty and the enum's value not unspecified. */
  static Limit required(Limit limit) {
    return value -> {
      if (value instanceof EnumValueDescriptor named && named.getNumber() == 0) {
        return List.of("must be set, not " + named.getName());
      }
      return value.equals("") ? List.of("must not be empty") : limit.problems(value);
    };
  }

  static Limit items(int most, Limit item) {
    return value -> {
      List<?> list = (List<?>) value;
      return list.size() > most
          ? tooMany(most, list)
          : list.stream().flatMap(one -> item.problems(one).stream()).toList();
    };
  }

  /** A map of text. */
  static Limit entries(int most, Limit keys, Limit values) {
    return value -> {
      List<?> list = (List<?>) value;
      return list.size() > most
          ? tooMany(most, list)
          : list.stream().flatMap(entry -> problems((Message) entry, keys, values)).toList();
    };
  }

  private static Stream<String> problems(Message entry, Limit keys, Limit values) {
    var fields = entry.getDescriptorForType();
    return Stream.concat(
        keys.problems(entry.getField(fields.findFieldByName("key"))).stream(),
        values.problems(entry.getField(fields.findFieldByName("value"))).stream());
  }

  /** A duration of at least so many seconds and less than ten years. */
  static Limit seconds(long least, boolean wholeOnly) {
    return value -> {
      Duration duration = (Duration) value;
      boolean isWhole = duration.getNanos() == 0;
      return unless(
          duration.getSeconds() >= least
              && duration.getNanos() >= 0
              && duration.getNanos() < 1_000_000_000
              && duration.getSeconds() < 315_360_000
              && (isWhole || !wholeOnly),
          "must be %s, %d or more and below 315360000 (10 years), not %s"
              .formatted(
                  wholeOnly ? "whole seconds" : "seconds",
                  least,
                  new BigDecimal(duration.getSeconds())
                      .add(BigDecimal.valueOf(duration.getNanos(), 9).stripTrailingZeros())
                      .toPlainString()));
    };
  }

  private static List<String> tooMany(int most, List<?> list) {
    return List.of("must be at most %d, not %d".formatted(most, list.size()));
  }

  private static List<String> unless(boolean right, String problem) {
    return right ? List.of() : List.of(problem);
  }
}
