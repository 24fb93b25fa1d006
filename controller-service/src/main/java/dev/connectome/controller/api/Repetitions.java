package dev.connectome.controller.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.store.RequestTable;
import dev.connectome.controller.store.Store;
import java.util.UUID;
import java.util.function.Supplier;

/** Requests with a request_id, which callers repeat when they got no answer. */
final class Repetitions {

  private final Store store;

  Repetitions(Store store) {
    this.store = store;
  }

  /**
   * Carries out a request once, in the transaction that notes it.
   *
   * @param change what to do; its transactions become parts of that one
   * @param again what to answer if it was carried out before
   * @throws RunException if the id was used for another request
   */
  <T> T once(Message request, Supplier<T> change, Supplier<T> again) {
    String id = (String) request.getField(field(request));
    if (id.isEmpty()) {
      return change.get();
    }
    return store.inTransaction(
        transaction ->
            switch (transaction.requests().note(UUID.fromString(id), content(request))) {
              case NEW -> change.get();
              case AGAIN -> again.get();
              case OTHER ->
                  throw new RunException(
                      RunException.Kind.REQUEST_ID_USED,
                      "request_id %s was used for another request; choose a new one".formatted(id));
            });
  }

  /** Notes a request that may be carried out again and again. */
  void note(Message request) {
    var unused = once(request, () -> RequestTable.Seen.NEW, () -> RequestTable.Seen.AGAIN);
  }

  private static FieldDescriptor field(Message request) {
    return request.getDescriptorForType().findFieldByName("request_id");
  }

  private static String content(Message request) {
    Message rest = request.toBuilder().clearField(field(request)).build();
    return request.getDescriptorForType().getName() + " " + Checksum.of(rest);
  }
}
