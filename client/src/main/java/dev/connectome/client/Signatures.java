package dev.connectome.client;

import dev.connectome.protos.signature.v1.SignatureRecord;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The recorded signatures of a run as a series over its epochs. */
public final class Signatures {
  private Signatures() {}

  /**
   * Leaves one record an epoch, in order of epochs: where attempts overlap, the later attempt's.
   *
   * @param records the records of one run, from {@link ConnectomeClient#signatures}
   */
  public static List<SignatureRecord> latest(Collection<SignatureRecord> records) {
    SortedMap<Integer, SignatureRecord> byEpoch = new TreeMap<>();
    records.forEach(
        record ->
            byEpoch.merge(
                record.getEpoch(),
                record,
                (one, other) -> other.getAttempt() >= one.getAttempt() ? other : one));
    return List.copyOf(byEpoch.values());
  }
}
