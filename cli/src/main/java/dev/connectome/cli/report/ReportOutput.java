package dev.connectome.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option that selects how a report is printed. */
public final class ReportOutput {
  enum Format {
    TABLE,
    JSON
  }

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table or json. Default: ${DEFAULT-VALUE}")
  private Format format;

  /** Prints a report, a record that Jackson can write, or the same for people in lines. */
  public void print(PrintWriter out, Object report, Supplier<List<String>> table) {
    switch (format) {
      case TABLE -> table.get().forEach(out::println);
      case JSON -> out.println(json(report));
    }
    out.flush();
  }

  /** Whether a program reads standard output, so that nothing else may be printed there. */
  public boolean isForPrograms() {
    return format == Format.JSON;
  }

  private static String json(Object report) {
    try {
      return JSON.writeValueAsString(report);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
