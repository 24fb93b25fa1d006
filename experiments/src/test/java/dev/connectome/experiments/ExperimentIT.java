package dev.connectome.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.connectome.cli.Main;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An experiment as a user starts it, on images that are quickly learnt. */
class ExperimentIT {

  private static final int SIDE = 28;

  @TempDir Path directory;
  private String messages = "";

  @Test
  void continuesFromItsStateDirectoryAndAnywhereFromTheSeries() throws Exception {
    for (String set : new String[] {"mnist", "fashion-mnist"}) {
      images(directory.resolve("images").resolve(set), "train", 400);
      images(directory.resolve("images").resolve(set), "t10k", 200);
    }
    Path report = directory.resolve("report");
    Path series = directory.resolve("series.json");

    JsonNode first = paper("here", "--report", report, "--series", series);
    JsonNode second = paper("here", "--finished-only");

    assertThat(first.get("standings").get(0).get("runs").asInt()).isEqualTo(8);
    assertThat(second.get("standings")).isEqualTo(first.get("standings"));
    assertThat(report.resolve("index.html")).content().contains("mnist-adam-n40.png");
    assertThat(report.resolve("fashion-mnist-sgd-n0.png")).isNotEmptyFile();
    JsonNode runs = new ObjectMapper().readTree(series.toFile()).get("runs");
    assertThat(runs).hasSize(16);
    JsonNode withAllImages = seriesOfOneWithAllImages(runs);
    assertThat(withAllImages.get("deathDistance").get(0).isNull()).isTrue();
    assertThat(withAllImages.get("changedPredictions").get(1).asInt()).isBetween(0, 400);

    withoutTheLast(series, 2);
    JsonNode elsewhere = paper("elsewhere", "--report", report, "--series", series);

    assertThat(messages).contains("14 of 16 trainings are recorded already", "\n2 trainings\n");
    assertThat(elsewhere.get("standings")).isEqualTo(first.get("standings"));
    assertThat(new ObjectMapper().readTree(series.toFile()).get("runs")).hasSize(16);
  }

  @Test
  void trainsAConvolutionalNetworkOnTheCifarFoldersFound() throws Exception {
    Path folder = Files.createDirectories(directory.resolve("images/cifar-100-binary"));
    records(folder.resolve("train.bin"), 200);
    records(folder.resolve("test.bin"), 100);
    Path series = directory.resolve("series.json");

    JsonNode results =
        experiment(
            "architecture", "here", "--epochs", "2", "--train-samples", "150", "--series", series);

    assertThat(results.get("standings").get(0).get("runs").asInt()).isEqualTo(2);
    JsonNode runs = new ObjectMapper().readTree(series.toFile()).get("runs");
    assertThat(runs.findValuesAsText("setting"))
        .containsOnly("cifar-100-vgg-sgd-150", "cifar-100-vgg-adam-150");
    assertThat(runs.get(0).get("series").get("testAccuracy").get(1).asDouble()).isBetween(0.0, 1.0);
  }

  /** Trainings stand in the order in which they ended, which is not that of the grid. */
  private static JsonNode seriesOfOneWithAllImages(JsonNode runs) {
    return StreamSupport.stream(runs.spliterator(), false)
        .filter(run -> !run.get("heldOut").asBoolean())
        .findFirst()
        .orElseThrow()
        .get("series");
  }

  private static void withoutTheLast(Path series, int count) throws IOException {
    ObjectNode recording = (ObjectNode) new ObjectMapper().readTree(series.toFile());
    ArrayNode runs = (ArrayNode) recording.get("runs");
    for (int i = 0; i < count; i++) {
      runs.remove(runs.size() - 1);
    }
    Files.writeString(series, recording.toString());
  }

  private JsonNode paper(String state, Object... further) throws IOException {
    return experiment(
        "paper",
        state,
        Stream.concat(Stream.of("--epochs", "3", "--quick"), Stream.of(further)).toArray());
  }

  private JsonNode experiment(String name, String state, Object... further) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<Object> arguments =
        new ArrayList<>(List.of("experiment", name, "--seeds", "1", "-o", "json"));
    arguments.addAll(List.of("--data-dir", directory.resolve("images")));
    arguments.addAll(List.of("--state-dir", directory.resolve(state)));
    arguments.addAll(List.of(further));

    int code = line.execute(arguments.stream().map(Object::toString).toArray(String[]::new));

    assertThat(code).as(() -> err.toString()).isZero();
    messages = err.toString();
    return new ObjectMapper().readTree(out.toString());
  }

  /** Records of CIFAR-100: a coarse class, a fine one, and noise. */
  private static void records(Path file, int count) throws IOException {
    Random random = new Random(count);
    byte[] records = new byte[count * (2 + 3 * 32 * 32)];
    random.nextBytes(records);
    for (int i = 0; i < count; i++) {
      records[i * (2 + 3 * 32 * 32)] = 0;
      records[i * (2 + 3 * 32 * 32) + 1] = (byte) random.nextInt(100);
    }
    Files.write(file, records);
  }

  /** Noise, with a bright row that encodes the class. */
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
