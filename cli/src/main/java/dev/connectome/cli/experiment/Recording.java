package dev.connectome.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.CommandFailure;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The trainings of an experiment, as they are kept in a file.
 *
 * @param about how they were made
 * @param runs the trainings
 */
record Recording(PaperResults.About about, List<RecordedRun> runs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Recording {
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
   * Writes a file, a line a training.
   *
   * @throws IOException if it cannot be written
   */
  void write(Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("{\"about\":" + JSON.writeValueAsString(about) + ",\"runs\":[");
      String separator = "\n";
      for (RecordedRun run : runs) {
        out.write(separator + JSON.writeValueAsString(run));
        separator = ",\n";
      }
      out.write("\n]}\n");
    }
  }
}
