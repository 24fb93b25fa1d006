package dev.connectome.controller.codec;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;

/** Points in time and spans of it. */
public final class Times {

  private Times() {}

  /**
   * Writes a point in time.
   *
   * @param instant the point
   * @return the message
   */
  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /**
   * Writes a span of time.
   *
   * @param duration the span
   * @return the message
   */
  public static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
