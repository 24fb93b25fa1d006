package dev.connectome.signature.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.assembly.AttemptKey;
import java.util.UUID;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The stored key of an attempt: the run's uid, a slash and the attempt. An earlier format kept one
 * attempt of each run under the uid alone; it is read as attempt {@value #UNNAMED}.
 */
final class AttemptKeySerde implements Serde<AttemptKey> {

  private static final int UNNAMED = 0;

  /** Where the earlier format kept the newest attempt of a run. */
  static AttemptKey earlier(UUID runUid) {
    return new AttemptKey(runUid, UNNAMED);
  }

  static boolean isEarlier(AttemptKey key) {
    return key.attempt() == UNNAMED;
  }

  @Override
  public Serializer<AttemptKey> serializer() {
    return (topic, key) ->
        (isEarlier(key) ? key.runUid().toString() : key.runUid() + "/" + key.attempt())
            .getBytes(UTF_8);
  }

  @Override
  public Deserializer<AttemptKey> deserializer() {
    return (topic, bytes) -> read(new String(bytes, UTF_8));
  }

  private static AttemptKey read(String text) {
    int slash = text.indexOf('/');
    try {
      return slash < 0
          ? earlier(UUID.fromString(text))
          : new AttemptKey(
              UUID.fromString(text.substring(0, slash)),
              Integer.parseInt(text.substring(slash + 1)));
    } catch (IllegalArgumentException e) {
      throw new SerializationException("\"" + text + "\" is no key of an attempt", e);
    }
  }
}
