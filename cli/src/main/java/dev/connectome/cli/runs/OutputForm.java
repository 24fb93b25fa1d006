package dev.connectome.cli.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How an answer is printed.
 *
 * @param path what is printed of the answer's JSON; only with {@link Kind#JSONPATH}
 */
record OutputForm(Kind kind, @Nullable JsonPath path) {
  private static final String PATH = "jsonpath=";
  private static final Configuration JACKSON =
      Configuration.builder()
          .jsonProvider(new JacksonJsonNodeJsonProvider())
          .mappingProvider(new JacksonMappingProvider())
          .build();

  enum Kind {
    TABLE,
    WIDE,
    NAME,
    JSON,
    YAML,
    CSV,
    JSONPATH
  }

  /** What the path finds, a line a value; none if it finds nothing. */
  List<String> found(String json) {
    if (path == null) {
      throw new IllegalStateException(kind + " has no path");
    }
    try {
      JsonNode found = path.read(json, JACKSON);
      return found.isArray()
          ? StreamSupport.stream(found.spliterator(), false).map(OutputForm::text).toList()
          : List.of(text(found));
    } catch (PathNotFoundException e) {
      return List.of();
    }
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  /** Reads the value of the option. */
  static final class Parser implements ITypeConverter<OutputForm> {
    @Override
    public OutputForm convert(String typed) {
      if (typed.startsWith(PATH)) {
        return new OutputForm(Kind.JSONPATH, path(typed.substring(PATH.length())));
      }
      for (Kind kind : Kind.values()) {
        if (kind != Kind.JSONPATH && kind.name().equals(typed.toUpperCase(Locale.ROOT))) {
          return new OutputForm(kind, null);
        }
      }
      throw new TypeConversionException(
          "'"
              + typed
              + "' must be table, wide, name, json, yaml, csv or jsonpath=PATH, for instance"
              + " jsonpath=.spec.epochs");
    }

    /** With or without the dollar sign, and in braces as kubectl wants them. */
    private static JsonPath path(String typed) {
      String bare =
          typed.startsWith("{") && typed.endsWith("}")
              ? typed.substring(1, typed.length() - 1)
              : typed;
      String rooted =
          bare.startsWith("$")
              ? bare
              : bare.startsWith(".") || bare.startsWith("[") ? "$" + bare : "$." + bare;
      try {
        return JsonPath.compile(rooted);
      } catch (InvalidPathException | IllegalArgumentException e) {
        throw new TypeConversionException(
            "'"
                + typed
                + "' is no path, as .spec.epochs or .trainingRuns[*].name is: "
                + e.getMessage());
      }
    }
  }

  /** What a shell may complete. */
  static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("table", "wide", "name", "json", "yaml", "csv", "jsonpath=").iterator();
    }
  }
}
