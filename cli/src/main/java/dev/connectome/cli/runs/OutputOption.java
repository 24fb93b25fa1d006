package dev.connectome.cli.runs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.Columns;
import dev.connectome.cli.report.Table;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option that selects how an answer of the controller is printed. */
final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "table",
      converter = OutputForm.Parser.class,
      completionCandidates = OutputForm.Candidates.class,
      description = {
        "table, wide (more columns), name, json, yaml, csv or jsonpath=PATH, which prints a part",
        "of what json prints, as in jsonpath=.spec.epochs. Default: ${DEFAULT-VALUE}"
      })
  private OutputForm form;

  /** Whether people read the answer line by line. */
  boolean isTable() {
    return form.kind() == OutputForm.Kind.TABLE;
  }

  /** Whether everything is printed, and not only what is in the columns. */
  boolean isWhole() {
    return switch (form.kind()) {
      case JSON, YAML, JSONPATH -> true;
      case TABLE, WIDE, NAME, CSV -> false;
    };
  }

  /** Prints a message, in lines if people read it. */
  <T extends Message> void print(
      PrintWriter out, T message, Columns<T> columns, Supplier<List<String>> lines) {
    if (isTable()) {
      lines.get().forEach(out::println);
      out.flush();
    } else {
      print(out, message, List.of(message), columns);
    }
  }

  /** Prints an answer that is a list of messages. */
  <T extends Message> void print(
      PrintWriter out, Message answer, List<T> messages, Columns<T> columns) {
    if (isWhole()) {
      whole(out, answer);
    } else {
      rows(out, columns).accept(messages);
    }
  }

  /** Prints one run, or the runs of an answer with several. */
  void print(PrintWriter out, List<TrainingRun> runs, boolean single) {
    if (single) {
      runs.forEach(run -> print(out, run, RunTables.RUNS, () -> RunTables.run(run)));
    } else {
      var answer = ListTrainingRunsResponse.newBuilder().addAllTrainingRuns(runs).build();
      print(out, answer, runs, RunTables.RUNS);
    }
  }

  /** Prints messages as they come, each for itself, in columns that stay as wide as they were. */
  <T extends Message> Consumer<List<T>> following(PrintWriter out, Columns<T> columns) {
    if (!isWhole()) {
      return rows(out, columns);
    }
    boolean documents = form.kind() == OutputForm.Kind.YAML;
    return messages ->
        messages.forEach(
            message -> {
              out.print(documents ? "---\n" : "");
              whole(out, message);
            });
  }

  private <T extends Message> Consumer<List<T>> rows(PrintWriter out, Columns<T> columns) {
    return switch (form.kind()) {
      case NAME -> messages -> print(out, messages.stream().map(OutputOption::name).toList());
      case CSV -> {
        out.println(columns.csvHeading());
        yield messages -> print(out, messages.stream().map(columns::csvLine).toList());
      }
      default -> {
        boolean wide = form.kind() == OutputForm.Kind.WIDE;
        Table table = columns.table(wide);
        yield messages -> {
          messages.forEach(message -> table.row(columns.cells(message, wide)));
          print(out, table.lines());
        };
      }
    };
  }

  private static String name(Message message) {
    var name = message.getDescriptorForType().findFieldByName("name");
    if (name == null) {
      throw CommandFailure.badInput(
          "-o name is for runs: %s has no name"
              .formatted(message.getDescriptorForType().getName()));
    }
    return RunNames.id((String) message.getField(name));
  }

  private void whole(PrintWriter out, Message message) {
    String json = json(message);
    switch (form.kind()) {
      case YAML -> out.print(yaml(json));
      case JSONPATH -> print(out, form.found(json));
      default -> out.println(json);
    }
    out.flush();
  }

  private static void print(PrintWriter out, List<String> lines) {
    lines.forEach(out::println);
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
