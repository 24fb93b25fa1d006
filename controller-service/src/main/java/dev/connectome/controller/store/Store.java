package dev.connectome.controller.store;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** The database: transactions, and notifications of the runs that they changed. */
public final class Store {

  private final Jdbi jdbi;
  private final ThreadLocal<Transaction> current = new ThreadLocal<>();
  private final List<Consumer<UUID>> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> eventListeners = new CopyOnWriteArrayList<>();

  public Store(DataSource dataSource) {
    this.jdbi = Jdbi.create(dataSource).registerArgument(new StorableText());
  }

  /**
   * Returns what the work returns, once committed. If the work throws, the transaction is rolled
   * back. Within the work of another transaction of this thread it is a part of that one.
   */
  public <T> T inTransaction(Function<Transaction, T> work) {
    Transaction outer = current.get();
    if (outer != null) {
      return work.apply(outer);
    }
    var used = new Transaction[1];
    T result =
        jdbi.inTransaction(
            TransactionIsolationLevel.READ_COMMITTED,
            handle -> {
              used[0] = new Transaction(handle);
              return asCurrent(used[0], work);
            });
    used[0].changed().forEach(uid -> listeners.forEach(listener -> listener.accept(uid)));
    if (used[0].hasEvents()) {
      eventListeners.forEach(Runnable::run);
    }
    return result;
  }

  /** Returns what the work returns, and leaves everything as it was. */
  public <T> T rolledBack(Function<Transaction, T> work) {
    return jdbi.withHandle(
        handle -> {
          handle.begin();
          try {
            return asCurrent(new Transaction(handle), work);
          } finally {
            handle.rollback();
          }
        });
  }

  private <T> T asCurrent(Transaction transaction, Function<Transaction, T> work) {
    current.set(transaction);
    try {
      return work.apply(transaction);
    } finally {
      current.remove();
    }
  }

  /**
   * Adds a listener that is called after each transaction that changed a run, on its thread. It
   * must be quick, and is not called for changes by other controllers.
   */
  public void onChange(Consumer<UUID> listener) {
    listeners.add(listener);
  }

  /**
   * Adds a listener that is called after each transaction that recorded an event, on its thread.
   * Changes of state and stop commands always record one. It must be quick, and is not called for
   * events of other controllers.
   */
  public void onEvent(Runnable listener) {
    eventListeners.add(listener);
  }
}
