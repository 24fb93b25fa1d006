package dev.connectome.trainer.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  }

  private LabelledImages read() throws UserException {
    return IdxFiles.read(directory, "train");
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
  void reportsAMissingFolderOrFile() throws IOException {
    assertThatThrownBy(() -> IdxFiles.read(directory.resolve("nowhere"), "train"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nowhere does not exist; give a folder with MNIST's four IDX files");
    Files.delete(directory.resolve("train-labels-idx1-ubyte"));
    assertThatThrownBy(this::read)
        .hasMessageContaining("has neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz");
  }

  @Test
  void reportsATruncatedFile() throws IOException {
    Files.delete(directory.resolve("train-images-idx3-ubyte.gz"));
    put("train-images-idx3-ubyte", Arrays.copyOf(images(2), 20));
    assertThatThrownBy(this::read)
        .hasMessageContaining(
            "train-images-idx3-ubyte is truncated: 12 bytes of data expected, 4 found");

    put("train-images-idx3-ubyte", Arrays.copyOf(images(2), 7));
    assertThatThrownBy(this::read).hasMessageContaining("ends within its header");
  }

  @Test
  void reportsATruncatedOrDamagedGzipFile() throws IOException {
    byte[] zipped = zipped(images(2));
    put("train-images-idx3-ubyte.gz", Arrays.copyOf(zipped, zipped.length - 12));
    assertThatThrownBy(this::read).hasMessageContaining("truncated");

    put("train-images-idx3-ubyte.gz", new byte[0]);
    assertThatThrownBy(this::read).hasMessageContaining("truncated");

    put("train-images-idx3-ubyte.gz", images(2));
    assertThatThrownBy(this::read).hasMessageContaining("damaged");
  }

  @Test
  void rejectsFilesThatDoNotMatch() throws IOException {
    put("train-images-idx3-ubyte.gz", zipped(labels(1, 2)));
    assertThatThrownBy(this::read)
        .hasMessageContaining(
            "begins with 0x00000801, not 0x00000803: it is not an IDX file of images");

    put("train-images-idx3-ubyte.gz", zipped(images(3)));
    assertThatThrownBy(this::read).hasMessageContaining("has 3 images but");

    put("train-images-idx3-ubyte.gz", zipped(images(2)));
    put("train-labels-idx1-ubyte", labels(7, 12));
    assertThatThrownBy(this::read).hasMessageContaining("label 1").hasMessageContaining("is 12");
  }

  @Test
  void rejectsImpossibleSizesBeforeAllocating() throws IOException {
    byte[] huge = images(1);
    Arrays.fill(huge, 4, 16, (byte) 0x7f);
    put("train-images-idx3-ubyte.gz", zipped(huge));

    assertThatThrownBy(this::read).hasMessageContaining("has impossible sizes in its header");
  }
}
