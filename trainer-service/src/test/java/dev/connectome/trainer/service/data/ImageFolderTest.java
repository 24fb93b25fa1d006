package dev.connectome.trainer.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  private static final Path IMAGES = Path.of("src/test/resources/images");

  @TempDir Path directory;

  @BeforeEach
  void writeTwoClasses() throws IOException {
    put("train/ant/1.png", 10);
    put("train/bee/1.png", 20);
    put("test/ant/1.png", 30);
    put("test/bee/1.png", 40);
  }

  private void put(String name, int grey) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    var image = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_GRAY);
    for (int p = 0; p < 20; p++) {
      image.getRaster().setSample(p % 5, p / 5, 0, grey);
    }
    String type = name.substring(name.lastIndexOf('.') + 1);
    assertThat(ImageIO.write(image, type, file.toFile())).isTrue();
  }

  private DataFiles.Parts read() throws UserException {
    return DataFiles.read(directory, DataSpec.newBuilder().setImageSize(4).build());
  }

  private int[] trainGreys() throws UserException {
    var train = (LabelledImages) read().train();
    var greys = new int[train.count()];
    for (int i = 0; i < greys.length; i++) {
      greys[i] = train.pixels()[i * train.imageSize()] & 0xff;
    }
    return greys;
  }

  @Test
  void whatProgramsHideAndWhatIsNoImageIsPassedOver() throws Exception {
    put("train/.ipynb_checkpoints/1.png", 1);
    put("train/ant/.ipynb_checkpoints/1-checkpoint.png", 1);
    put("train/__MACOSX/ant/1.png", 1);
    Files.writeString(directory.resolve("train/ant/._1.png"), "AppleDouble");
    Files.writeString(directory.resolve("train/ant/.DS_Store"), "a store");
    Files.writeString(directory.resolve("train/ant/Thumbs.db"), "thumbnails");
    Files.writeString(directory.resolve("train/labels.txt"), "ant bee");
    Files.createSymbolicLink(directory.resolve("train/bee/2.png"), Path.of("nowhere.png"));

    assertThat(trainGreys()).containsExactly(10, 20);
    var tree = new ImageTree();
    tree.add(directory.resolve("train/ant"));
    tree.add(directory.resolve("train/bee"));
    assertThat(tree.skipped())
        .isEqualTo(
            "3 hidden, 1 no image of a class (Thumbs.db), 1 links to nothing or in a circle");
  }

  @Test
  void foldersInAClassAndLinksBelongToItInTheOrderOfTheirPaths() throws Exception {
    put("train/ant/2019/b.png", 12);
    put("train/ant/2019/a.bmp", 11);
    put("elsewhere/x.png", 13);
    Files.createSymbolicLink(directory.resolve("train/ant/linked"), directory.resolve("elsewhere"));
    Files.createSymbolicLink(directory.resolve("train/ant/loop"), directory.resolve("train/ant"));

    assertThat(trainGreys()).containsExactly(10, 11, 12, 13, 20);
    assertThat(read().train().labels()).containsExactly(0, 0, 0, 0, 1);
  }

  @Test
  void everyFormatIsReadInColour() throws Exception {
    for (String name : new String[] {"rgb8.png", "rgb.jpg", "lossless.webp", "rgb24.bmp"}) {
      Files.copy(IMAGES.resolve(name), directory.resolve("train/bee/" + name));
    }

    assertThat(read().train().count()).isEqualTo(6);
    assertThat(read().train().shape()).isEqualTo(new ImageShape(3, 4, 4));
  }

  @Test
  void photographsAreTurnedOnlyIfTheRunAsksForIt() throws Exception {
    Files.copy(IMAGES.resolve("held_6.jpg"), directory.resolve("train/ant/0.jpg"));

    var asStored = (LabelledImages) read().train();
    DataSpec upright = DataSpec.newBuilder().setImageSize(4).setUpright(true).build();
    var turned = (LabelledImages) DataFiles.read(directory, upright).train();

    assertThat(turned.pixels()).isNotEqualTo(asStored.pixels());
  }

  @Test
  void aClassWithoutImagesIsRefused() throws Exception {
    Files.createDirectory(directory.resolve("train/cat"));
    Files.writeString(directory.resolve("train/cat/x.gif"), "an animation");

    assertThatThrownBy(this::read)
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory.resolve("train/cat")
                + " has no PNG, JPEG, WebP or BMP images: it has x.gif; add some, or remove the class");
  }

  @Test
  void theTestPartMayLackAClassAndHaveAnotherName() throws Exception {
    Files.delete(directory.resolve("test/bee/1.png"));
    Files.delete(directory.resolve("test/bee"));
    Files.move(directory.resolve("test"), directory.resolve("val"));

    DataFiles.Parts parts = read();

    assertThat(parts.test().labels()).containsExactly(0);
    assertThat(parts.test().classes()).isEqualTo(2);
  }
}
