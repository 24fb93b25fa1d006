package dev.connectome.trainer.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFilesTest {

  @TempDir Path directory;

  private static byte[] images(int count) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(0x803);
    out.writeInt(count);
    out.writeInt(2);
    out.writeInt(3);
    for (int i = 0; i < count * 6; i++) {
      out.write(200 + i);
    }
    return bytes.toByteArray();
  }

  private static byte[] labels(int... labels) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(0x801);
    out.writeInt(labels.length);
    for (int label : labels) {
      out.write(label);
    }
    return bytes.toByteArray();
  }

  private void put(String name, byte[] bytes) throws IOException {
    Files.write(directory.resolve(name), bytes);
  }

  private static byte[] zipped(byte[] bytes) throws IOException {
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(bytes);
    }
    return zipped.toByteArray();
  }

  @BeforeEach
  void writeGoodFiles() throws IOException {
    put("train-images-idx3-ubyte.gz", zipped(images(2)));
    put("train-labels-idx1-ubyte", labels(7, 9));
    put("t10k-images-idx3-ubyte", images(1));
    put("t10k-labels-idx1-ubyte.gz", zipped(labels(3)));
  }

  private LabelledImages read() throws UserException {
    return (LabelledImages) IdxFiles.read(directory).train();
  }

  private void move(String from, String to) throws IOException {
    Path target = directory.resolve(to);
    Files.createDirectories(target.getParent());
    Files.move(directory.resolve(from), target);
  }

  @Test
  void readsPlainAndCompressedFiles() throws UserException {
    LabelledImages read = read();

    assertThat(read.count()).isEqualTo(2);
    assertThat(read.shape().rows()).isEqualTo(2);
    assertThat(read.shape().columns()).isEqualTo(3);
    assertThat(read.pixels()).startsWith(200, 201).endsWith(211);
    assertThat(read.labels()).containsExactly(7, 9);
  }

  @Test
  void theNamesOfDownloadsAndArchivesAreKnown() throws Exception {
    move("train-images-idx3-ubyte.gz", "train-images.idx3-ubyte.gz");
    move("train-labels-idx1-ubyte", "train-labels.idx1-ubyte");
    move("t10k-images-idx3-ubyte", "images");
    move("images", "t10k-images-idx3-ubyte/t10k-images.idx3-ubyte");
    move("t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte/t10k-labels-idx1-ubyte.gz");
    assertThat(IdxFiles.read(directory).test().labels()).containsExactly(3);

    Path top = directory;
    for (String file :
        new String[] {
          "train-images.idx3-ubyte.gz",
          "train-labels.idx1-ubyte",
          "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte"
        }) {
      move(file, "data/MNIST/raw/" + file);
    }
    assertThat(DataFiles.format(top)).isEqualTo("idx");
    assertThat(DataFiles.read(top, DataSpec.getDefaultInstance()).train().count()).isEqualTo(2);
  }

  @Test
  void aDataSetHasAsManyClassesAsItsLargestLabelAndOne() throws Exception {
    for (String part : new String[] {"train", "test"}) {
      put("emnist-letters-" + part + "-images-idx3-ubyte", images(2));
    }
    put("emnist-letters-train-labels-idx1-ubyte", labels(1, 9));
    put("emnist-letters-test-labels-idx1-ubyte", labels(26, 2));
    assertThatThrownBy(this::read)
        .hasMessageContaining(
            "has the files of several data sets: train-…, emnist-letters-train-…");

    for (String name : new String[] {"images-idx3-ubyte", "labels-idx1-ubyte"}) {
      for (String part : new String[] {"train-", "t10k-"}) {
        Files.deleteIfExists(directory.resolve(part + name));
        Files.deleteIfExists(directory.resolve(part + name + ".gz"));
      }
    }
    DataFiles.Parts letters = IdxFiles.read(directory);
    assertThat(letters.train().classes()).isEqualTo(27);
    assertThat(letters.test().labels()).containsExactly(26, 2);

    put("emnist-letters-train-labels-idx1-ubyte", labels(1, 200));
    assertThat(IdxFiles.read(directory).test().classes()).isEqualTo(201);
  }

  @Test
  void aFileIsPreferredToItsCompressedCopyAndKnownByItsContent() throws Exception {
    put("train-images-idx3-ubyte", images(2));
    put("train-images-idx3-ubyte.gz", new byte[] {1, 2, 3});
    assertThat(read().count()).isEqualTo(2);

    put("train-images-idx3-ubyte", zipped(images(2)));
    assertThat(read().count()).isEqualTo(2);

    Files.delete(directory.resolve("train-images-idx3-ubyte"));
    put("train-images-idx3-ubyte.gz", images(2));
    assertThat(read().count()).isEqualTo(2);
  }

  @Test
  void reportsAMissingFile() throws IOException {
    Files.delete(directory.resolve("train-labels-idx1-ubyte"));
    assertThatThrownBy(this::read)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz")
        .hasMessageContaining("it has t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte.gz, train-");
  }

  @Test
  void aFileThatIsTooShortOrTooLongIsRefused() throws IOException {
    put("train-images-idx3-ubyte", Arrays.copyOf(images(2), 27));
    assertThatThrownBy(this::read)
        .hasMessageContaining("12 bytes of data expected, 11 found; fetch it again")
        .isInstanceOf(UserException.class);

    put("train-images-idx3-ubyte", Arrays.copyOf(images(2), 7));
    assertThatThrownBy(this::read).hasMessageContaining("truncated: it ends too early");

    put("train-images-idx3-ubyte", Arrays.copyOf(images(2), 29));
    assertThatThrownBy(this::read)
        .hasMessageContaining("it goes on after the 12 bytes that its header announces; fetch it");
  }

  @Test
  void aDamagedGzipFileIsRefused() throws IOException {
    byte[] zipped = zipped(images(2));
    put("train-images-idx3-ubyte.gz", Arrays.copyOf(zipped, zipped.length - 12));
    assertThatThrownBy(this::read).hasMessageContaining("damaged or truncated");

    put("train-images-idx3-ubyte.gz", new byte[0]);
    assertThatThrownBy(this::read).hasMessageContaining("damaged or truncated");

    byte[] otherSum = zipped.clone();
    otherSum[zipped.length - 8] ^= 1;
    put("train-images-idx3-ubyte.gz", otherSum);
    assertThatThrownBy(this::read)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("train-images-idx3-ubyte.gz is damaged or truncated: ")
        .hasMessageContaining("CRC");

    put("train-images-idx3-ubyte.gz", Arrays.copyOf(zipped, zipped.length + 3));
    assertThatThrownBy(this::read).hasMessageContaining("damaged or truncated: ");
  }

  @Test
  void rejectsFilesThatDoNotMatch() throws IOException {
    put("train-images-idx3-ubyte.gz", zipped(labels(1, 2)));
    assertThatThrownBy(this::read)
        .hasMessageContaining(
            "begins with 0x00000801, not 0x00000803: it is not an IDX file of images");

    put("train-images-idx3-ubyte.gz", zipped(images(3)));
    assertThatThrownBy(this::read).hasMessageContaining("has 3 images but");
  }

  @Test
  void rejectsImpossibleSizesBeforeAllocating() throws IOException {
    byte[] huge = images(1);
    Arrays.fill(huge, 4, 16, (byte) 0x7f);
    put("train-images-idx3-ubyte.gz", zipped(huge));

    assertThatThrownBy(this::read).hasMessageContaining("has impossible sizes in its header");
  }
}
