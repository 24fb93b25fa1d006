package dev.connectome.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option that says how a report is printed, and the printing. */
public final class ReportOutput {
  /** Ways to print a report. */
  enum Format {
    /** For people. */
    TABLE,
    /** For programs. */
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

  /** Made by the command-line parser, which sets the field. */
  @SuppressWarnings("NullAway.Init")
  public ReportOutput() {}

  /**
   * Prints a report.
   *
   * @param out where
   * @param report a record whose components become the fields of a JSON object
   * @param table the same for people, in lines
   */
  public void print(PrintWriter out, Object report, Supplier<List<String>> table) {
    switch (format) {
      case TABLE -> table.get().forEach(out::println);
      case JSON -> out.println(json(report));
    }
    out.flush();
  }

  /** Whether standard output is for a program, so that nothing else may be printed there. */
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
