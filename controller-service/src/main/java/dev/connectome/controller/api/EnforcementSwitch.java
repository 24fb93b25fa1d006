package dev.connectome.controller.api;

import dev.connectome.controller.codec.ProtoTimes;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.store.EnforcementRow;
import dev.connectome.controller.store.EnforcementTable;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.ListEnforcementChangesRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesResponse;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The switch that makes every policy of the platform a shadow policy. */
final class EnforcementSwitch {

  private static final Logger LOG = LoggerFactory.getLogger(EnforcementSwitch.class);

  private final Store store;

  EnforcementSwitch(Store store) {
    this.store = store;
  }

  Enforcement get() {
    return message(store.query(transaction -> transaction.enforcement().read()));
  }

  Enforcement update(UpdateEnforcementRequest request, Actor actor) {
    Enforcement asked = request.getEnforcement();
    String reason = asked.getReason();
    EnforcementRow now =
        store.inTransaction(
            transaction -> {
              transaction.enforcement().update(asked.getSuspended(), reason, actor);
              return transaction.enforcement().read();
            });
    LOG.warn(
        "enforcement {} actor={} reason=\"{}\"",
        now.suspended() ? "suspended: no decision stops a run" : "in force",
        actor.name(),
        Echo.oneLine(reason));
    return message(now);
  }

  ListEnforcementChangesResponse changes(ListEnforcementChangesRequest request) {
    int size = PageTokens.pageSize(request.getPageSize(), 100);
    var tokens = PageTokens.of(request);
    long before = tokens.numbers(1)[0];
    List<EnforcementTable.Change> changes =
        store.query(transaction -> transaction.enforcement().changes(before, size + 1));
    var response = ListEnforcementChangesResponse.newBuilder();
    changes.stream().limit(size).forEach(change -> response.addChanges(message(change.after())));
    if (changes.size() > size) {
      response.setNextPageToken(tokens.after(changes.get(size - 1).changeId()));
    }
    return response.build();
  }

  private static Enforcement message(EnforcementRow row) {
    return Enforcement.newBuilder()
        .setSuspended(row.suspended())
        .setReason(row.reason())
        .setActor(row.actor())
        .setUpdateTime(ProtoTimes.timestamp(row.updateTime()))
        .build();
  }
}
