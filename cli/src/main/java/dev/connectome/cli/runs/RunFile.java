package dev.connectome.cli.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.IoMessages;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs in a file, in JSON or YAML, in the form in which {@link OutputOption} prints them. */
final class RunFile {
  private static final String LIST = "trainingRuns";

  private RunFile() {}

  /**
   * Reads the runs of a file: each document is a run, or an answer with several.
   *
   * @param file its path; a hyphen stands for standard input
   * @throws CommandFailure that names what is wrong in it, and where
   */
  static List<TrainingRun> read(String file) {
    List<TrainingRun> runs = new ArrayList<>();
    // JSON is YAML.
    try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
        MappingIterator<JsonNode> documents =
            new YAMLMapper().readerFor(JsonNode.class).readValues(in)) {
      while (documents.hasNextValue()) {
        JsonNode document = documents.nextValue();
        if (document.has(LIST)) {
          document.get(LIST).forEach(run -> runs.add(run(file, run)));
        } else {
          runs.add(run(file, document));
        }
      }
    } catch (JsonProcessingException e) {
      throw CommandFailure.badInput(
          "%s is neither JSON nor YAML: %s (line %d)"
              .formatted(
                  file,
                  e.getOriginalMessage().lines().findFirst().orElse(""),
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr()));
    } catch (IOException e) {
      throw CommandFailure.badInput("cannot read " + file + ": " + IoMessages.of(e));
    }
    if (runs.isEmpty()) {
      throw CommandFailure.badInput(
          file + " has no run: it must be as 'connectome runs get RUN -o yaml' prints one");
    }
    return runs;
  }

  private static TrainingRun run(String file, JsonNode document) {
    if (!document.isObject()) {
      throw CommandFailure.badInput(
          file + " has no run: it must be as 'connectome runs get RUN -o yaml' prints one");
    }
    TrainingRun.Builder run = TrainingRun.newBuilder();
    try {
      JsonFormat.parser().merge(document.toString(), run);
    } catch (InvalidProtocolBufferException e) {
      throw CommandFailure.badInput(file + ": " + e.getMessage());
    }
    return run.build();
  }

  /** Replaces what options say by their values, adds to maps, and leaves the rest as it is. */
  static void replace(Message.Builder run, Message options) {
    options
        .getAllFields()
        .forEach(
            (field, value) -> {
              if (field.isMapField()) {
                ((List<?>) value).forEach(entry -> run.addRepeatedField(field, entry));
              } else if (field.isRepeated() || !(value instanceof Message message)) {
                run.setField(field, value);
              } else {
                replace(run.getFieldBuilder(field), message);
              }
            });
  }
}
