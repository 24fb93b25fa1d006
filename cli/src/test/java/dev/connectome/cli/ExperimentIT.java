package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An experiment as a user starts it, on images that are quickly learnt. */
class ExperimentIT {

  private static final int SIDE = 28;

  @TempDir Path directory;
  private String messages = "";

  @Test
  void aSecondTimeFindsWhatTheFirstOneTrainedAndAnotherPlaceGoesOnFromTheSeries() throws Exception {
    for (String set : new String[] {"mnist", "fashion-mnist"}) {
      images(directory.resolve("images").resolve(set), "train", 400);
      images(directory.resolve("images").resolve(set), "t10k", 200);
    }
    Path report = directory.resolve("report");
    Path series = directory.resolve("series.json");

    JsonNode first = paper("here", "--report", report.toString(), "--series", series.toString());
    JsonNode second = paper("here", "--finished-only");

    assertThat(first.get("standings").get(0).get("runs").asInt()).isEqualTo(8);
    assertThat(second.get("standings")).isEqualTo(first.get("standings"));
    assertThat(report.resolve("index.html")).content().contains("mnist-adam-n40.png");
    assertThat(report.resolve("fashion-mnist-sgd-n0.png")).isNotEmptyFile();
    JsonNode runs = new ObjectMapper().readTree(series.toFile()).get("runs");
    assertThat(runs).hasSize(16);
    assertThat(runs.get(0).get("series").get("deathDistance").get(0).isNull()).isTrue();
    assertThat(runs.get(0).get("series").get("changedPredictions").get(1).asInt())
        .isBetween(0, 400);

    withoutTheLast(series, 2);
    JsonNode elsewhere =
        paper("elsewhere", "--report", report.toString(), "--series", series.toString());

    assertThat(messages).contains("14 of 16 trainings are known", "\n2 trainings\n");
    assertThat(elsewhere.get("standings")).isEqualTo(first.get("standings"));
    assertThat(new ObjectMapper().readTree(series.toFile()).get("runs")).hasSize(16);
  }

  private static void withoutTheLast(Path series, int count) throws IOException {
    ObjectNode recording = (ObjectNode) new ObjectMapper().readTree(series.toFile());
    ArrayNode runs = (ArrayNode) recording.get("runs");
    for (int i = 0; i < count; i++) {
      runs.remove(runs.size() - 1);
    }
    Files.writeString(series, recording.toString());
  }

  private JsonNode paper(String state, String... further) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] arguments = {
      "experiment",
      "paper",
      "--data-dir",
      directory.resolve("images").toString(),
      "--seeds",
      "1",
      "--epochs",
      "3",
      "--quick",
      "-o",
      "json",
      "--state-dir",
      directory.resolve(state).toString()
    };
    int length = arguments.length;
    arguments = Arrays.copyOf(arguments, length + further.length);
    System.arraycopy(further, 0, arguments, length, further.length);

    assertThat(line.execute(arguments)).as(() -> err.toString()).isZero();
    messages = err.toString();
    return new ObjectMapper().readTree(out.toString());
  }

  /** Noise, with a bright row that tells the class. */
  private static void images(Path folder, String part, int count) throws IOException {
    Files.createDirectories(folder);
    Random random = new Random(part.length());
    byte[] classes = new byte[count];
    try (var pixels =
        new DataOutputStream(Files.newOutputStream(folder.resolve(part + "-images-idx3-ubyte")))) {
      for (int number : new int[] {0x803, count, SIDE, SIDE}) {
        pixels.writeInt(number);
      }
      byte[] image = new byte[SIDE * SIDE];
      for (int i = 0; i < count; i++) {
        random.nextBytes(image);
        classes[i] = (byte) random.nextInt(10);
        Arrays.fill(image, classes[i] * SIDE, (classes[i] + 1) * SIDE, (byte) 0xff);
        pixels.write(image);
      }
    }
    try (var labels =
        new DataOutputStream(Files.newOutputStream(folder.resolve(part + "-labels-idx1-ubyte")))) {
      labels.writeInt(0x801);
      labels.writeInt(count);
      labels.write(classes);
    }
  }
}
