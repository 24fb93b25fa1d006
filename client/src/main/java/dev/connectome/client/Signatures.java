package dev.connectome.client;

import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The recorded signatures of a run. */
public final class Signatures {
  private static final int PAGE = 1000;

  private Signatures() {}

  /**
   * Reads them all, page by page.
   *
   * @param connection to the controller
   * @param parent the run's resource name
   * @return the records by attempt and epoch
   */
  public static List<SignatureRecord> all(ConnectomeClient connection, String parent) {
    List<SignatureRecord> all = new ArrayList<>();
    String token = "";
    do {
      ListSignaturesResponse page =
          connection
              .calls()
              .listSignatures(
                  ListSignaturesRequest.newBuilder()
                      .setParent(parent)
                      .setPageSize(PAGE)
                      .setPageToken(token)
                      .build());
      all.addAll(page.getSignaturesList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return all;
  }

  /**
   * One record an epoch: where attempts overlap, the later one's.
   *
   * @param records the records of a run
   * @return those that count, in order of epochs
   */
  public static List<SignatureRecord> latest(List<SignatureRecord> records) {
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
