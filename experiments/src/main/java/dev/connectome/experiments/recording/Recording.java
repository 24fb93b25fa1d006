package dev.connectome.experiments.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.CommandFailure;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The trainings of an experiment as recorded in a file, and how it was run. */
public record Recording(Provenance about, List<RecordedRun> runs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public Recording {
    runs = List.copyOf(runs);
  }

  /**
   * Reads a file.
   *
   * @throws CommandFailure if it does not exist or is not a recording
   */
  static Recording read(Path file) {
    try {
      return JSON.readValue(Files.readString(file), Recording.class);
    } catch (NoSuchFileException e) {
      throw CommandFailure.badInput(
          file + " does not exist: 'connectome experiment paper --series FILE' writes it");
    } catch (JsonProcessingException e) {
      throw CommandFailure.badInput(file + " holds no recorded series: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw CommandFailure.failed(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads at least one file.
   *
   * @return how the first was run, and the trainings of all; one that is in several files is taken
   *     from the last
   * @throws CommandFailure if one does not exist or is not a recording
   */
  public static Recording read(List<Path> files) {
    List<Recording> recordings = files.stream().map(Recording::read).toList();
    Map<String, RecordedRun> runs = new LinkedHashMap<>();
    for (Recording recording : recordings) {
      recording.runs().forEach(run -> runs.put(run.key(), run));
    }
    return new Recording(recordings.get(0).about(), List.copyOf(runs.values()));
  }

  /** Replaces the file atomically, with one line per training. */
  void write(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
            FileChannel.open(
                temporary,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        Writer out = Channels.newWriter(channel, StandardCharsets.UTF_8)) {
      out.write("{\"about\":" + JSON.writeValueAsString(about) + ",\"runs\":[");
      String separator = "\n";
      for (RecordedRun run : runs) {
        out.write(separator + JSON.writeValueAsString(run));
        separator = ",\n";
      }
      out.write("\n]}\n");
      out.flush();
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
