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

/**
 * The trainings of an experiment, as they are kept in a file.
 *
 * @param about how they were made
 * @param runs the trainings
 */
public record Recording(Provenance about, List<RecordedRun> runs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public Recording {
    runs = List.copyOf(runs);
  }

  /**
   * Reads a file.
   *
   * @throws CommandFailure if there is none, or it is something else
   */
  static Recording read(Path file) {
    try {
      return JSON.readValue(Files.readString(file), Recording.class);
    } catch (NoSuchFileException e) {
      throw CommandFailure.badInput(
          file + " does not exist: it is written by 'connectome experiment paper --series FILE'");
    } catch (JsonProcessingException e) {
      throw CommandFailure.badInput(file + " holds no recorded series: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw CommandFailure.failed(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads several files.
   *
   * @param files at least one
   * @return what the first says of how it was made, and the trainings of all; one that is in
   *     several is taken once, from the last
   * @throws CommandFailure if there is none, or it is something else
   */
  public static Recording read(List<Path> files) {
    List<Recording> recordings = files.stream().map(Recording::read).toList();
    Map<String, RecordedRun> runs = new LinkedHashMap<>();
    for (Recording recording : recordings) {
      recording.runs().forEach(run -> runs.put(run.key(), run));
    }
    return new Recording(recordings.get(0).about(), List.copyOf(runs.values()));
  }

  /**
   * Writes a file, a line a training. It is there whole or as it was before, whatever happens
   * meanwhile.
   *
   * @throws IOException if it cannot be written
   */
  void write(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
            FileChannel.open(
                draft,
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
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
