package dev.connectome.controller.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.connectome.protos.trainer.v1.ValueFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {

  @Test
  void everyBinary16IsTheNumberThatItsBitsSay() {
    for (int half = 0; half <= 0xFFFF; half++) {
      float value = Float.intBitsToFloat(HalfPrecision.float16(half));

      assertThat(Double.compare(value, oracle(half))).as("bits %04x", half).isZero();
    }
  }

  /** The definition of IEEE 754. */
  private static double oracle(int half) {
    int exponent = half >> 10 & 31;
    int fraction = half & 1023;
    double size =
        switch (exponent) {
          case 31 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          case 0 -> fraction / 1024.0 * Math.pow(2, -14);
          default -> (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
        };
    return half >> 15 == 1 ? -size : size;
  }

  @Test
  void aBfloat16IsTheUpperHalfOfAFloat32() {
    ByteBuffer halves = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    halves.putShort((short) 0x3F80).putShort((short) 0xC049);

    ByteString floats =
        HalfPrecision.toFloat32(
            ByteString.copyFrom(halves.flip()), ValueFormat.VALUE_FORMAT_BFLOAT16);

    ByteBuffer read = floats.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    assertThat(read.getFloat()).isEqualTo(1);
    assertThat(read.getFloat()).isEqualTo(-3.140625f);
  }
}
