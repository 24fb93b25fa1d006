package dev.connectome.cli.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.Main;
import dev.connectome.topology.SignatureLevels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SignatureCommandTest {

  /** Four samples of three neurons; |r| of columns 0 and 1 is 0.6, of 0 and 2 and of 1 and 2 0. */
  private static final double[][] ACTIVATIONS = {{1, 2, 1}, {2, 1, -1}, {3, 4, -1}, {4, 3, 1}};

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path directory;

  private int run(Object... arguments) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words = new String[arguments.length + 1];
    words[0] = "signature";
    for (int i = 0; i < arguments.length; i++) {
      words[i + 1] = arguments[i].toString();
    }
    return command.execute(words);
  }

  private Path write(String name, String type, boolean fortran, double[][] rows)
      throws IOException {
    boolean single = type.endsWith("4");
    int columns = rows[0].length;
    ByteBuffer values =
        ByteBuffer.allocate(rows.length * columns * (single ? 4 : 8))
            .order(type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows.length * columns; i++) {
      double value =
          fortran ? rows[i % rows.length][i / rows.length] : rows[i / columns][i % columns];
      if (single) {
        values.putFloat((float) value);
      } else {
        values.putDouble(value);
      }
    }
    return write(
        name,
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }"
            .formatted(type, fortran ? "True" : "False", rows.length, columns),
        values.array());
  }

  private Path write(String name, String header, byte[] values) throws IOException {
    ByteBuffer file =
        ByteBuffer.allocate(10 + header.length() + 1 + values.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.putShort((short) (header.length() + 1));
    file.put((header + "\n").getBytes(StandardCharsets.US_ASCII)).put(values);
    return Files.write(directory.resolve(name), file.array());
  }

  @ParameterizedTest
  @CsvSource({"<f4, false", "<f8, false", ">f4, false", "<f4, true", "<f8, true"})
  void everyTypeAndOrderGivesTheSignatureComputedByHand(String type, boolean fortran)
      throws IOException {
    Path file = write("a.npy", type, fortran, ACTIVATIONS);

    assertThat(run(file, "-o", "json")).isZero();

    JsonNode report = new ObjectMapper().readTree(out.toString()).get(0);
    assertThat(report.get("samples").asInt()).isEqualTo(4);
    assertThat(report.get("neurons").asInt()).isEqualTo(3);
    assertThat(report.get("births").get("count").asInt()).isEqualTo(2);
    assertThat(report.get("births").get("mean").asDouble()).isCloseTo(0.3, within(1e-6));
    assertThat(report.get("deaths").get("mean").asDouble()).isCloseTo(0, within(1e-6));
    assertThat(report.get("distance").isNull()).isTrue();
  }

  @Test
  void anArchiveNamesItsArraysAndAFileOfSeveralNumbersThem() throws IOException {
    Path a = write("a.npy", "<f4", false, ACTIVATIONS);
    byte[] b = Files.readAllBytes(write("b.npy", "<f8", false, ACTIVATIONS));
    Path archive = directory.resolve("run.npz");
    try (var zip = new ZipOutputStream(Files.newOutputStream(archive))) {
      for (String name : new String[] {"first.npy", "../second.npy"}) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(b);
      }
    }
    assertRefused(
        archive, "has the arrays first, ../second: name one, as in " + archive + ":first");
    assertThat(run(archive + ":first", archive + ":../second", "-o", "csv", "--out", directory))
        .isZero();
    assertThat(out.toString().lines()).hasSize(3);
    assertThat(directory.resolve("run/first/births.npy")).exists();
    assertThat(directory.resolve("run/___second/births.npy")).exists();

    Path both = directory.resolve("both.npy");
    Files.write(both, Files.readAllBytes(a));
    Files.write(both, b, StandardOpenOption.APPEND);
    out.getBuffer().setLength(0);
    assertThat(run(both, "-o", "json")).isZero();
    JsonNode reports = new ObjectMapper().readTree(out.toString());
    assertThat(reports.get(0).get("file").asText()).isEqualTo(both + ":0");
    assertThat(reports.get(1).get("distance").get("birth").asDouble()).isZero();
  }

  @Test
  void aPipeIsReadToItsEnd() throws Exception {
    Path file = write("a.npy", "<f4", false, ACTIVATIONS);
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    var writer = new ProcessBuilder("sh", "-c", "cat '%s' > '%s'".formatted(file, pipe)).start();

    assertThat(run(pipe, "-o", "json")).isZero();

    assertThat(writer.waitFor()).isZero();
    assertThat(out.toString()).contains("\"samples\" : 4");
  }

  @Test
  void distancesAreToTheFileBeforeAndSetsAreWritten() throws IOException {
    double[][] changed = {{1, 1, 1}, {2, 2, -1}, {3, 3, -1}, {4, 4, 1}};
    Path a = write("a.npy", "<f4", false, ACTIVATIONS);
    Path b = write("b.npy", "<f4", false, changed);
    Path sets = directory.resolve("out");

    assertThat(run(b, "--previous", a, "-o", "json", "--out", sets)).isZero();

    JsonNode distance = new ObjectMapper().readTree(out.toString()).get(0).get("distance");
    double change = 1 - 0.6;
    assertThat(distance.get("birth").asDouble()).isCloseTo(change, within(1e-6));
    assertThat(distance.get("connectome").asDouble()).isCloseTo(change, within(1e-6));
    assertThat(floats(sets.resolve("b/births.npy"), 2))
        .containsExactly(new float[] {0, 1}, within(1e-6f));
    assertThat(floats(sets.resolve("b/connectome.npy"), 9))
        .containsExactly(new float[] {0, 1, 0, 1, 0, 0, 0, 0, 0}, within(1e-6f));
  }

  private static float[] floats(Path file, int count) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    var floats = new float[count];
    ByteBuffer.wrap(bytes, bytes.length - 4 * count, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(floats);
    assertThat((bytes.length - 4 * count) % 64).isZero();
    return floats;
  }

  @Test
  void whatIsNoSnapshotIsRefusedByName() throws IOException {
    double[][] broken = {{1, 2}, {3, Double.NaN}};
    byte[] some = new byte[24];
    assertRefused(Files.createFile(directory.resolve("empty.npy")), "is empty");
    assertRefused(Files.write(directory.resolve("text.npy"), some), "is not a .npy file");
    assertRefused(
        Files.write(directory.resolve("header.npy"), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P'}),
        "ends within its header");
    assertRefused(
        write("cut.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 3), }", some),
        "48 bytes, but has 24 bytes");
    assertRefused(
        write("type.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 3), }", some),
        "'<i8'");
    assertRefused(
        write("one.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", some),
        "has 1 dimensions");
    assertRefused(
        write("rows.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", some),
        "has 0 rows");
    assertRefused(write("nan.npy", "<f4", false, broken), "row 1, column 1");
    assertRefused(directory.resolve("missing.npy"), "does not exist");
  }

  private void assertRefused(Path file, String why) {
    err.getBuffer().setLength(0);
    assertThat(run(file)).isEqualTo(2);
    assertThat(err.toString())
        .contains(file.toString())
        .containsIgnoringCase(why)
        .doesNotContain("\tat ");
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void filesThatWouldBeWrittenOverOneAnotherAreRefused() throws IOException {
    Path a = write("a.npy", "<f4", false, ACTIVATIONS);

    assertThat(run(a, a, "--out", directory)).isEqualTo(2);
    assertThat(err.toString()).contains("rename one of the files");
  }

  @Test
  void aPlotShowsTheSeriesAndAColumnOfQuantilesForEachSnapshot() throws Exception {
    Path a = write("a.npy", "<f4", false, ACTIVATIONS);
    Path b =
        write("b.npy", "<f4", false, new double[][] {{1, 1, 1}, {2, 2, -1}, {3, 3, 2}, {4, 4, 1}});
    Path svg = directory.resolve("pictures/series.svg");
    assertThat(run(a, b, "--plot", svg)).isZero();
    Path longer = directory.resolve("longer.svg");
    assertThat(run(a, b, a, "--plot", longer)).isZero();
    assertThat(rectangles(longer) - rectangles(svg))
        .as("a column of births and one of deaths")
        .isEqualTo(2 * SignatureLevels.QUANTILES);
    Path png = directory.resolve("series.PNG");
    assertThat(run(a, b, "--plot", png)).isZero();
    BufferedImage image = ImageIO.read(png.toFile());
    assertThat(image.getHeight()).as("series, deaths, births").isEqualTo(3 * 320);
  }

  @Test
  void aPlotOfOneSnapshotOfTwoNeuronsHasItsBirthsOnly() throws Exception {
    Path two = write("two.npy", "<f4", false, new double[][] {{1, 2}, {2, 1}, {3, 4}});
    Path png = directory.resolve("one.png");
    assertThat(run(two, "--plot", png)).isZero();
    assertThat(ImageIO.read(png.toFile()).getHeight()).as("births").isEqualTo(320);
  }

  @Test
  void aPlotOfAnotherTypeIsRefusedBeforeAnythingIsComputed() {
    assertThat(run("absent.npy", "--plot", "series.pdf")).isEqualTo(2);
    assertThat(err.toString()).contains("series.pdf", ".svg or .png").doesNotContain("absent.npy");
  }

  private static int rectangles(Path svg) throws Exception {
    DocumentBuilderFactory parsers = DocumentBuilderFactory.newInstance();
    parsers.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    return parsers
        .newDocumentBuilder()
        .parse(svg.toFile())
        .getElementsByTagName("rect")
        .getLength();
  }
}
