package dev.connectome.controller.report;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.connectome.protos.trainer.v1.ValueFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;

/** Conversion of little-endian values to float32, which has every value of the shorter formats. */
final class HalfPrecision {

  private static final int EXPONENT_GAP = 127 - 15;

  private HalfPrecision() {}

  /** The bytes that a value of the format takes. */
  static int bytes(ValueFormat format) {
    return switch (format) {
      case VALUE_FORMAT_FLOAT16, VALUE_FORMAT_BFLOAT16 -> 2;
      case VALUE_FORMAT_UNSPECIFIED, VALUE_FORMAT_FLOAT32, UNRECOGNIZED -> 4;
    };
  }

  static ByteString toFloat32(ByteString values, ValueFormat format) {
    return switch (format) {
      case VALUE_FORMAT_FLOAT16 -> widen(values, HalfPrecision::float16);
      case VALUE_FORMAT_BFLOAT16 -> widen(values, half -> half << 16);
      case VALUE_FORMAT_UNSPECIFIED, VALUE_FORMAT_FLOAT32, UNRECOGNIZED -> values;
    };
  }

  private static ByteString widen(ByteString values, IntUnaryOperator toFloatBits) {
    ByteBuffer halves = values.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer floats = ByteBuffer.allocate(values.size() * 2).order(ByteOrder.LITTLE_ENDIAN);
    while (halves.hasRemaining()) {
      floats.putInt(toFloatBits.applyAsInt(halves.getShort() & 0xFFFF));
    }
    return UnsafeByteOperations.unsafeWrap(floats.flip());
  }

  /** The bits of the float32 of a binary16, for every one of its 65,536 bit patterns. */
  static int float16(int half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1F;
    int fraction = half & 0x3FF;
    if (exponent == 0x1F) {
      return sign | 0x7F80_0000 | fraction << 13;
    }
    if (exponent != 0) {
      return sign | (exponent + EXPONENT_GAP) << 23 | fraction << 13;
    }
    // Zero or subnormal: fraction times 2^-24, which float32 has as a normal number.
    return sign | Float.floatToRawIntBits(fraction * 0x1p-24f);
  }
}
