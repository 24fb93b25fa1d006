package dev.connectome.trainer.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFilesTest {

  private static final int PIXELS = 3 * 32 * 32;

  @TempDir Path directory;

  private DataFiles.Parts read(String format) throws UserException {
    return DataFiles.read(
        directory, DataSpec.newBuilder().setFormat(format).setImageSize(8).build());
  }

  private static LabelledImages images(LabelledData data) {
    return (LabelledImages) data;
  }

  /**
   * A record of CIFAR: its labels, then a byte for the red, the green and the blue of all pixels.
   */
  private static byte[] cifar(int red, int green, int blue, int... labels) {
    byte[] image = new byte[labels.length + PIXELS];
    for (int i = 0; i < labels.length; i++) {
      image[i] = (byte) labels[i];
    }
    int plane = PIXELS / 3;
    Arrays.fill(image, labels.length, labels.length + plane, (byte) red);
    Arrays.fill(image, labels.length + plane, labels.length + 2 * plane, (byte) green);
    Arrays.fill(image, labels.length + 2 * plane, image.length, (byte) blue);
    return image;
  }

  private void put(String name, byte[]... records) throws IOException {
    Files.write(directory.resolve(name), new byte[0]);
    for (byte[] entry : records) {
      Files.write(directory.resolve(name), entry, StandardOpenOption.APPEND);
    }
  }

  private void putCifar10() throws IOException {
    for (int batch = 1; batch <= 5; batch++) {
      put("data_batch_" + batch + ".bin", cifar(10 * batch, 2, 3, batch), cifar(7, 8, 255, 9));
    }
    put("test_batch.bin", cifar(1, 2, 3, 0));
  }

  private void putImage(String name, int rgb, String type) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    var image = new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, rgb);
      }
    }
    assertThat(ImageIO.write(image, type, file.toFile())).isTrue();
  }

  private void putFolder() throws IOException {
    putImage("train/cat/2.png", 0x102030, "png");
    putImage("train/cat/1.PNG", 0xff0000, "png");
    putImage("train/ant/a.jpeg", 0x808080, "jpg");
    putImage("test/cat/x.png", 0x00ff00, "png");
    Files.writeString(directory.resolve("train/cat/notes.txt"), "not an image");
  }

  @Test
  void detectsCifar10AndReadsItsBatchesInOrder() throws Exception {
    putCifar10();

    LabelledImages train = images(read("auto").train());

    assertThat(train.shape()).isEqualTo(new ImageShape(3, 32, 32));
    assertThat(train.classes()).isEqualTo(10);
    assertThat(train.labels()).containsExactly(1, 9, 2, 9, 3, 9, 4, 9, 5, 9);
    assertThat(train.pixels()[0]).isEqualTo((byte) 10);
    assertThat(train.pixels()[2 * PIXELS]).isEqualTo((byte) 20);
    assertThat(train.pixels()[2 * PIXELS - 1]).isEqualTo((byte) 255);
    assertThat(read("cifar10").test().count()).isEqualTo(1);
  }

  @Test
  void readsTheFineLabelOfCifar100() throws Exception {
    put("train.bin", cifar(1, 2, 3, 19, 99), cifar(1, 2, 3, 4, 0));
    put("test.bin", cifar(1, 2, 3, 4, 50));

    LabelledImages train = images(read("auto").train());

    assertThat(train.classes()).isEqualTo(100);
    assertThat(train.labels()).containsExactly(99, 0);
  }

  @Test
  void reportsMissingTruncatedAndInvalidCifarFiles() throws Exception {
    putCifar10();
    Files.delete(directory.resolve("data_batch_3.bin"));
    assertThatThrownBy(() -> read("auto"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory.resolve("data_batch_3.bin")
                + " is missing; unpack the binary version of CIFAR-10 again");

    put("data_batch_3.bin", Arrays.copyOf(cifar(1, 2, 3, 4), 3000));
    assertThatThrownBy(() -> read("auto"))
        .hasMessageContaining(
            "data_batch_3.bin has 3000 bytes, which is not a multiple of the record size of"
                + " CIFAR-10, 3073 bytes");

    put("data_batch_3.bin", cifar(1, 2, 3, 4), cifar(1, 2, 3, 10));
    assertThatThrownBy(() -> read("auto"))
        .hasMessageContaining("record 1 of")
        .hasMessageContaining("has label 10, but CIFAR-10 has classes 0 to 9");
  }

  @Test
  void readsFoldersOfImagesInOrderOfNamesAndScalesThem() throws Exception {
    putFolder();

    DataFiles.Parts parts = read("auto");

    LabelledImages train = images(parts.train());
    assertThat(train.shape()).isEqualTo(new ImageShape(3, 8, 8));
    assertThat(train.classes()).isEqualTo(2);
    assertThat(train.labels()).containsExactly(0, 1, 1);
    int plane = 64;
    int second = 3 * plane;
    assertThat(train.pixels()[second]).isEqualTo((byte) 0xff);
    assertThat(train.pixels()[second + plane]).isZero();
    assertThat(train.pixels()[2 * second + 2 * plane - 1]).isEqualTo((byte) 0x20);
    assertThat(parts.test().labels()).containsExactly(1);
  }

  @Test
  void reportsInvalidFoldersOfImages() throws Exception {
    putFolder();
    Files.writeString(directory.resolve("train/ant/b.png"), "not an image");
    assertThatThrownBy(() -> read("folder"))
        .hasMessage(
            directory.resolve("train/ant/b.png")
                + " is not a PNG, JPEG, WebP or BMP image; replace or remove it");

    Files.delete(directory.resolve("train/ant/b.png"));
    putImage("test/dog/x.png", 0, "png");
    assertThatThrownBy(() -> read("folder"))
        .hasMessageContaining(
            "is a class without training images; the training images have [ant, cat]");

    Files.move(directory.resolve("test"), directory.resolve("elsewhere"));
    assertThatThrownBy(() -> read("folder")).hasMessageContaining("does not exist; give a folder");

    Files.move(directory.resolve("train/ant"), directory.resolve("ant"));
    assertThatThrownBy(() -> read("folder"))
        .hasMessageContaining("has 1 folders; give a folder for each of 2 to 256 classes");
  }

  /** The beginning of a PNG file, which says how many pixels follow. */
  private static byte[] pngHeader(int side) {
    var chunk = ByteBuffer.allocate(17).put("IHDR".getBytes(StandardCharsets.US_ASCII));
    chunk.putInt(side).putInt(side).put(new byte[] {8, 2, 0, 0, 0});
    var crc = new CRC32();
    crc.update(chunk.array());
    return ByteBuffer.allocate(33)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n'})
        .putInt(13)
        .put(chunk.array())
        .putInt((int) crc.getValue())
        .array();
  }

  @Test
  void anImageThatIsLargerThanTheMemoryIsRefusedByItsHeader() throws Exception {
    putFolder();
    Files.write(directory.resolve("train/ant/bomb.png"), pngHeader(1 << 26));

    assertThatThrownBy(() -> read("folder"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("bomb.png has 67108864 x 67108864 pixels, and this trainer's memory");
  }

  @Test
  void anIdxFileIsMeasuredBeforeMemoryIsTakenForIt() throws Exception {
    var header = ByteBuffer.allocate(16).putInt(0x803).putInt(1 << 20).putInt(32).putInt(32);
    Files.write(directory.resolve("train-images-idx3-ubyte"), header.array());
    var labels = ByteBuffer.allocate(8).putInt(0x801).putInt(1 << 20);
    Files.write(directory.resolve("train-labels-idx1-ubyte"), labels.array());

    assertThatThrownBy(() -> read("idx"))
        .isInstanceOf(UserException.class)
        .hasMessageEndingWith(
            "is truncated: its header announces 1073741824 bytes, and it has 16; fetch it again");

    Files.delete(directory.resolve("train-images-idx3-ubyte"));
    try (var zipped =
        new GZIPOutputStream(
            Files.newOutputStream(directory.resolve("train-images-idx3-ubyte.gz")))) {
      zipped.write(header.array());
    }
    assertThatThrownBy(() -> read("idx"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is truncated: its header announces 1073741824 bytes");
  }

  @Test
  void dataThatAnArchiveNestsAreFound() throws Exception {
    Path top = directory;
    directory = Files.createDirectories(top.resolve("archive/cifar-10-batches-bin"));
    putCifar10();
    Files.createDirectories(top.resolve("__MACOSX/cifar-10-batches-bin"));
    directory = top;

    assertThat(read("auto").train().count()).isEqualTo(10);
    assertThat(read("cifar10").train().count()).isEqualTo(10);
    assertThat(DataFiles.format(top)).isEqualTo("cifar10");

    Path other = Files.createDirectories(top.resolve("other/deep"));
    Files.copy(
        top.resolve("archive/cifar-10-batches-bin/test_batch.bin"), other.resolve("test.bin"));
    assertThatThrownBy(() -> read("auto"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has several data sets: archive/cifar-10-batches-bin, other/deep");
  }

  @Test
  void aFolderWithoutDataIsRefusedWithWhatItHas() throws Exception {
    Files.createFile(directory.resolve("readme.md"));
    Files.createDirectory(directory.resolve("papers"));

    assertThatThrownBy(() -> read("auto"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("it has papers/, readme.md; give a folder with");
    assertThatThrownBy(() -> DataFiles.format(directory.resolve("readme.md")))
        .hasMessageEndingWith("readme.md is a file; give the folder that it is in");
  }

  @Test
  void rejectsUnknownFormatsAndMissingDirectories() {
    assertThatThrownBy(() -> read("auto"))
        .hasMessageContaining(directory + " has no data set of a known format");
    assertThatThrownBy(() -> read("arrow"))
        .hasMessage(
            "unknown data format \"arrow\"; this trainer knows: auto, cifar10, cifar100, embedded,"
                + " folder, idx, table");
    assertThatThrownBy(
            () -> DataFiles.read(directory.resolve("gone"), DataSpec.getDefaultInstance()))
        .hasMessageContaining("gone does not exist");
    assertThatThrownBy(
            () ->
                TrainingData.load(
                    DataSpec.newBuilder().setFormat("cifar10").build(), 1, Optional.empty()))
        .hasMessageContaining("data format cifar10 needs a directory");
  }

  @Test
  void standardizesEachChannel() throws Exception {
    putCifar10();
    var spec = DataSpec.newBuilder().setDirectory(directory.toString()).setTrainFraction(1).build();

    ImageBatches train = TrainingData.load(spec, 1, Optional.empty()).train();

    int[] all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    FloatBuffer values = train.batch(all, 0, 10, train.allocate(10)).values().asFloatBuffer();
    for (int channel = 0; channel < 3; channel++) {
      double sum = 0;
      double squares = 0;
      for (int image = 0; image < 10; image++) {
        float value = values.get(image * PIXELS + channel * 1024);
        sum += value;
        squares += value * value;
      }
      assertThat(Math.abs(sum)).isLessThan(1e-4);
      assertThat(Math.abs(squares / 10 - 1)).isLessThan(1e-4);
    }
  }

  @Test
  void usesAFractionOfTheTrainingImages() throws Exception {
    putCifar10();
    var spec =
        DataSpec.newBuilder().setDirectory(directory.toString()).setTrainFraction(0.4).build();

    assertThat(TrainingData.load(spec, 1, Optional.empty()).train().count()).isEqualTo(4);
  }
}
