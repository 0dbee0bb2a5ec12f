using ServerlessDrives.Tests.Integration.Durable.Contract;

namespace ServerlessDrives.Tests.Integration.Durable.OnSqlite
{
    public sealed class ActivitiesContract() : Activities(azurite: null);

    public sealed class ContinuingAsNewContract() : ContinuingAsNew(azurite: null);

    public sealed class ControlContract() : Control(azurite: null);

    public sealed class ExternalEventsContract() : ExternalEvents(azurite: null);

    public sealed class PayloadsContract() : Payloads(azurite: null);

    public sealed class QueriesContract() : Queries(azurite: null);

    public sealed class ReplayingContract() : Replaying(azurite: null);

    public sealed class RetriesContract() : Retries(azurite: null);

    public sealed class StartsContract() : Starts(azurite: null);

    public sealed class SubOrchestrationsContract() : SubOrchestrations(azurite: null);

    public sealed class TimersContract() : Timers(azurite: null);
}

namespace ServerlessDrives.Tests.Integration.Durable.OnSqliteReplaying
{
    public sealed class ActivitiesContract() : Activities(azurite: null, replays: true);

    public sealed class ContinuingAsNewContract() : ContinuingAsNew(azurite: null, replays: true);

    public sealed class ControlContract() : Control(azurite: null, replays: true);

    public sealed class ExternalEventsContract() : ExternalEvents(azurite: null, replays: true);

    public sealed class PayloadsContract() : Payloads(azurite: null, replays: true);

    public sealed class QueriesContract() : Queries(azurite: null, replays: true);

    public sealed class ReplayingContract() : Replaying(azurite: null, replays: true);

    public sealed class RetriesContract() : Retries(azurite: null, replays: true);

    public sealed class StartsContract() : Starts(azurite: null, replays: true);

    public sealed class SubOrchestrationsContract() : SubOrchestrations(azurite: null, replays: true);

    public sealed class TimersContract() : Timers(azurite: null, replays: true);
}

namespace ServerlessDrives.Tests.Integration.Durable.OnAzureStorage
{
    public sealed class ActivitiesContract(DurableAzurite azurite) : Activities(azurite, replays: true);

    public sealed class ContinuingAsNewContract(DurableAzurite azurite) : ContinuingAsNew(azurite, replays: true);

    public sealed class ControlContract(DurableAzurite azurite) : Control(azurite, replays: true);

    public sealed class ExternalEventsContract(DurableAzurite azurite) : ExternalEvents(azurite, replays: true);

    public sealed class PayloadsContract(DurableAzurite azurite) : Payloads(azurite, replays: true);

    public sealed class QueriesContract(DurableAzurite azurite) : Queries(azurite, replays: true);

    public sealed class ReplayingContract(DurableAzurite azurite) : Replaying(azurite, replays: true);

    public sealed class RetriesContract(DurableAzurite azurite) : Retries(azurite, replays: true);

    public sealed class StartsContract(DurableAzurite azurite) : Starts(azurite, replays: true);

    public sealed class SubOrchestrationsContract(DurableAzurite azurite) : SubOrchestrations(azurite, replays: true);

    public sealed class TimersContract(DurableAzurite azurite) : Timers(azurite, replays: true);
}
