package dev.connectome.topology.numpy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NonFiniteActivationException;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SignatureWorkspace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumpyFileTest {

  /** Four samples of three neurons; |r| of columns 0 and 1 is 0.6, of 0 and 2 and of 1 and 2 0. */
  private static final double[] ACTIVATIONS = {1, 2, 1, 2, 1, -1, 3, 4, -1, 4, 3, 1};

  /** The same numbers as float16. */
  private static final short[] HALVES = {
    0x3c00,
    0x4000,
    0x3c00,
    0x4000,
    0x3c00,
    (short) 0xbc00,
    0x4200,
    0x4400,
    (short) 0xbc00,
    0x4400,
    0x4200,
    0x3c00
  };

  private static final String C_ORDER = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }";

  private static byte[] file(int version, String header, byte[] values) {
    ByteBuffer file =
        ByteBuffer.allocate(12 + header.length() + values.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      file.putShort((short) header.length());
    } else {
      file.putInt(header.length());
    }
    file.put(header.getBytes(StandardCharsets.US_ASCII)).put(values);
    return Arrays.copyOf(file.array(), file.position());
  }

  private static byte[] bytes(String type, double... values) {
    int size = type.charAt(type.length() - 1) - '0';
    ByteBuffer bytes =
        ByteBuffer.allocate(size * values.length)
            .order(type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      switch (size) {
        case 2 -> bytes.putShort(HALVES[i]);
        case 4 -> bytes.putFloat((float) values[i]);
        default -> bytes.putDouble(values[i]);
      }
    }
    return bytes.array();
  }

  private static byte[] matrix(String type, double... values) {
    String shape = "(%d, 3)".formatted(values.length / 3);
    return file(1, C_ORDER.formatted(type, shape), bytes(type, values));
  }

  private static List<NumpyArray> read(byte[] file) throws NumpyFormatException {
    return NumpyFile.read(ByteBuffer.wrap(file), 1 << 20);
  }

  private static float[] weights(NumpyArray array) {
    try (ActivationMatrix activations = array.activations();
        SignatureWorkspace workspace = new SignatureWorkspace();
        FunctionalConnectome connectome = PearsonCorrelation.connectome(activations, workspace)) {
      return new float[] {
        connectome.weight(0, 1), connectome.weight(0, 2), connectome.weight(1, 2)
      };
    }
  }

  private static void assertConnectome(byte[] file) throws NumpyFormatException {
    List<NumpyArray> arrays = read(file);
    assertThat(arrays).hasSize(1);
    assertThat(arrays.get(0).samples()).isEqualTo(4);
    assertThat(arrays.get(0).neurons()).isEqualTo(3);
    assertThat(arrays.get(0).name()).isEmpty();
    assertThat(weights(arrays.get(0))).containsExactly(new float[] {0.6f, 0, 0}, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<f2", ">f2", "<f4", ">f4", "=f4", "f4", "<f8", ">f8"})
  void everyTypeOfFloatingPointNumbersIsRead(String type) throws Exception {
    assertConnectome(matrix(type, ACTIVATIONS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4L, 3L), }",
        "{\"descr\": \"<f4\", \"fortran_order\": false, \"shape\": [4, 3]}",
        "{u'shape': (4,3,), u'fortran_order': False, u'descr': u'<f4'}   \n"
      })
  void headersOfPython2AndOfOtherProgramsAreRead(String header) throws Exception {
    for (int version = 1; version <= 3; version++) {
      assertConnectome(file(version, header, bytes("<f4", ACTIVATIONS)));
    }
  }

  @Test
  void everyFloat16IsItsNumber() {
    double[] expected = {0, 0x1p-24, 1023 * 0x1p-24, 0x1p-14, 1, 65_504};
    int[] bits = {0, 1, 0x3ff, 0x400, 0x3c00, 0x7bff};
    for (int i = 0; i < bits.length; i++) {
      assertThat((double) NumpyArray.half((short) bits[i])).isEqualTo(expected[i]);
      assertThat((double) NumpyArray.half((short) (bits[i] | 0x8000))).isEqualTo(-expected[i]);
    }
    assertThat(NumpyArray.half((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(NumpyArray.half((short) 0x7c01)).isNaN();
  }

  @ParameterizedTest
  @CsvSource({"1e9", "-1e15"})
  void whatVariesAroundALargeNumberOfFloat64KeepsItsCorrelations(double offset) throws Exception {
    assertConnectome(matrix("<f8", Arrays.stream(ACTIVATIONS).map(x -> x + offset).toArray()));
  }

  @ParameterizedTest
  @CsvSource({"1e300", "1e-300"})
  void float64BeyondTheRangeOfFloat32KeepsItsCorrelations(double scale) throws Exception {
    assertConnectome(matrix("<f8", Arrays.stream(ACTIVATIONS).map(x -> x * scale).toArray()));
  }

  @Test
  void aValueThatIsNotFiniteIsNamedWithItsPlace() throws Exception {
    double[] values = ACTIVATIONS.clone();
    values[7] = Double.POSITIVE_INFINITY;
    NumpyArray array = read(matrix("<f8", values)).get(0);

    assertThatThrownBy(array::activations)
        .isInstanceOfSatisfying(
            NonFiniteActivationException.class,
            thrown -> {
              assertThat(thrown.sample()).isEqualTo(2);
              assertThat(thrown.neuron()).isEqualTo(1);
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofChannelsTheMeanOverTheirPositionsIsTaken(boolean fortran) throws Exception {
    var random = new Random(3);
    var values = new double[4 * 3 * 2 * 5];
    for (int sample = 0; sample < 4; sample++) {
      for (int channel = 0; channel < 3; channel++) {
        double rest = 0;
        for (int position = 0; position < 10; position++) {
          double noise = position == 9 ? -rest : random.nextGaussian();
          rest += noise;
          int row = position / 5;
          int column = position % 5;
          int index =
              fortran
                  ? sample + 4 * (channel + 3 * (row + 2 * column))
                  : ((sample * 3 + channel) * 2 + row) * 5 + column;
          values[index] = ACTIVATIONS[sample * 3 + channel] + noise;
        }
      }
    }
    String header =
        "{'descr': '<f4', 'fortran_order': %s, 'shape': (4, 3, 2, 5), }"
            .formatted(fortran ? "True" : "False");

    assertConnectome(file(1, header, bytes("<f4", values)));
  }

  @Test
  void arraysSavedOneAfterTheOtherAreNumbered() throws Exception {
    byte[] first = matrix("<f4", 1, 2, 3, 4, 5, 6);
    byte[] second = matrix("<f8", ACTIVATIONS);
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);

    List<NumpyArray> arrays = read(both);

    assertThat(arrays).extracting(NumpyArray::name).containsExactly("0", "1");
    assertThat(arrays).extracting(NumpyArray::samples).containsExactly(2, 4);
    assertThatThrownBy(() -> read(Arrays.copyOf(both, first.length + 5)))
        .isInstanceOf(NumpyFormatException.class)
        .hasMessageContaining("it was cut off");
  }

  private static byte[] archive(String[] names, byte[]... contents) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < names.length; i++) {
        zip.putNextEntry(new ZipEntry(names[i]));
        zip.write(contents[i]);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void anArchiveNamesItsArraysOfActivations() throws Exception {
    byte[] labels = file(1, C_ORDER.formatted("<i8", "(2,)"), new byte[16]);
    byte[] archive =
        archive(
            new String[] {"labels.npy", "acts.npy", "b.npy"},
            labels,
            matrix("<f4", ACTIVATIONS),
            matrix("<f2", ACTIVATIONS));

    List<NumpyArray> arrays = read(archive);

    assertThat(arrays).extracting(NumpyArray::name).containsExactly("acts", "b");
    assertThat(weights(arrays.get(1))).containsExactly(new float[] {0.6f, 0, 0}, within(1e-6f));
    assertThatThrownBy(() -> read(archive(new String[] {"labels.npy"}, labels)))
        .hasMessageContaining("has no array of activations: labels holds values of type '<i8'");
    assertThatThrownBy(() -> NumpyFile.read(ByteBuffer.wrap(archive), 100))
        .hasMessageContaining("unpacks to more than");
    byte[] damaged = archive.clone();
    damaged[archive.length / 3] ^= 0x20;
    assertThatThrownBy(() -> read(damaged)).isInstanceOf(NumpyFormatException.class);
  }

  @Test
  void whatIsNoArrayOfActivationsIsRefused() {
    assertRefused(new byte[0], "is empty");
    assertRefused(new byte[24], "is not a .npy file");
    assertRefused(file(9, C_ORDER.formatted("<f4", "(4, 3)"), new byte[48]), "is of version 9");
    assertRefused(matrix("<i8", 1, 2, 3), "holds values of type '<i8'");
    assertRefused(file(1, C_ORDER.formatted("<f4", "(3,)"), new byte[12]), "has 1 dimensions");
    assertRefused(file(1, C_ORDER.formatted("<f4", "(0, 3)"), new byte[0]), "has 0 rows");
    assertRefused(file(1, C_ORDER.formatted("<f4", "(3, 1)"), new byte[12]), "has 1 columns");
    assertRefused(file(1, C_ORDER.formatted("<f4", "(3 3)"), new byte[36]), "cannot be parsed");
    assertRefused(
        file(1, C_ORDER.formatted("<f4", "(4, 3)"), new byte[24]), "48 bytes, but has 24 bytes");
    assertRefused(
        file(1, C_ORDER.formatted("<f4", "(99999999999, 3)"), new byte[24]), "but has 24 bytes");
  }

  private static void assertRefused(byte[] file, String why) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(NumpyFormatException.class)
        .hasMessageContaining(why);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws Exception {
    var out = new ByteArrayOutputStream();
    NumpyFile.write(
        out, List.of(new float[] {1, 2, 1}, new float[] {2, 1, -1}, new float[] {3, 4, -1}), 3, 3);

    assertThat(read(out.toByteArray()).get(0).samples()).isEqualTo(3);
    assertThat((out.size() - 36) % 64).isZero();
    var one = new ByteArrayOutputStream();
    NumpyFile.write(one, List.of(new float[] {1, 2}), 2);
    assertThat(one.toString(StandardCharsets.ISO_8859_1)).contains("'shape': (2,), }");
    assertThat(out.toString(StandardCharsets.ISO_8859_1)).contains("'shape': (3, 3), }");
  }
}
