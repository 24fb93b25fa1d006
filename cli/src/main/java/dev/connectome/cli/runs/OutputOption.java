package dev.connectome.cli.runs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option that selects how an answer of the controller is printed. */
final class OutputOption {
  enum Format {
    TABLE,
    JSON,
    YAML
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, json or yaml. Default: ${DEFAULT-VALUE}")
  private Format format;

  /** Whether answers are printed for people. */
  boolean isTable() {
    return format == Format.TABLE;
  }

  /** Prints a message, or the same for people in lines. */
  void print(PrintWriter out, Message message, Supplier<List<String>> table) {
    switch (format) {
      case TABLE -> table.get().forEach(out::println);
      case JSON -> out.println(json(message));
      case YAML -> out.print(yaml(json(message)));
    }
    out.flush();
  }

  private static String json(Message message) {
    try {
      return JsonFormat.printer().print(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String yaml(String json) {
    try {
      return YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build()
          .writeValueAsString(new ObjectMapper().readTree(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
