using System.Globalization;
using Azure;
using Azure.Data.Tables;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>What an instance makes of the mail that it looks at together.</summary>
internal sealed class Turn(Instance instance, HubSession session)
{
    private InstanceState? State => instance.State;

    /// <summary>Feeds the mail to the code, and stores what comes of it.</summary>
    public async Task TakeAsync(IReadOnlyList<Mail> mail)
    {
        if (State is null || State.IsOver)
        {
            await ReturnAsync(mail);
            return;
        }

        var run = await instance.ReviveAsync();
        var now = session.Parts.Clock.GetUtcNow().UtcDateTime;
        var (arrivals, suspension) = Arrivals(mail, run);
        arrivals.AddRange(WhatIsDue(run, now));
        if (arrivals.Count > 0 || run.Outcome is not null || mail.Any(one => one is Mail.Delivery))
            await StoreAsync(State, run, now, arrivals, Opened(mail), suspension, mail);
        foreach (var one in mail)
            Settle(one);
        GoOn();
    }

    /// <summary>Does what changes the instance as a whole.</summary>
    public async Task ChangeAsync(Mail mail)
    {
        switch (mail)
        {
            case Mail.Start start:
                await StartAsync(start);
                break;
            case Mail.Delivery { Letter: StartChild child } delivery:
                await StartAsync(child, delivery.Key);
                break;
            case Mail.Terminate terminate when State is null or { IsOver: true }:
                terminate.Refuse(WhyNot(instance.Id, State));
                break;
            case Mail.Terminate terminate:
                await TerminateAsync(terminate.Output, terminate.Recursive, []);
                terminate.Grant();
                break;
            case Mail.Delivery { Letter: EndChild end } delivery when State is { IsOver: false }:
                await TerminateAsync(end.Output, recursive: true, [Delete(delivery.Key)]);
                break;
            case Mail.Delivery delivery:
                await session.CommitAsync([Delete(delivery.Key)]);
                break;
            case Mail.Purge purge:
                purge.Grant(await PurgeAsync());
                break;
        }
    }

    private static RpcException WhyNot(string id, InstanceState? state) => state is null
        ? new(new Status(StatusCode.NotFound, $"No instance with ID '{id}' was found."))
        : new(new Status(StatusCode.FailedPrecondition, $"The orchestration instance '{id}' is in the state '{state.Status}' and takes nothing more."));

    private static RpcException Unknown(string id, string why) => new(new Status(StatusCode.Unknown, $"Orchestration '{id}' {why}."));

    private static TableTransactionAction Delete(string key) => new(TableTransactionActionType.Delete, new TableEntity(Keys.Partition, key), ETag.All);

    private static List<TableTransactionAction> Opened(IReadOnlyList<Mail> mail) => [.. mail.OfType<Mail.Delivery>().Select(delivery => Delete(delivery.Key))];

    /// <summary>Nobody is there to read it.</summary>
    private async Task ReturnAsync(IReadOnlyList<Mail> mail)
    {
        foreach (var one in mail)
        {
            if (one is Mail.Suspend or Mail.Resume)
                ((Mail.Request)one).Refuse(Unknown(instance.Id, State is null ? "does not exist" : "is over"));
            else
                (one as Mail.Request)?.Refuse(WhyNot(instance.Id, State));
            Settle(one);
        }

        if (State is { Litter.Count: > 0 })
        {
            await instance.ChangeAsync(State, [], Opened(mail));
            if (State.Litter.Count > 0)
                session.Post(instance.Id, new Mail.Wake());
        }
        else if (Opened(mail) is { Count: > 0 } letters)
        {
            await session.CommitAsync(letters);
        }
    }

    /// <summary>Refuses to suspend what is suspended, and to resume what is not.</summary>
    /// <returns>What the code gets to see, and whether the instance is suspended after it.</returns>
    private (List<Arrival> Arrivals, Suspension Suspension) Arrivals(IReadOnlyList<Mail> mail, OrchestrationRun run)
    {
        var arrivals = new List<Arrival>();
        var suspension = new Suspension(run.IsSuspended, run.IsSuspended ? State!.Output : null);
        foreach (var one in mail)
        {
            if (one is Mail.Suspend or Mail.Resume && one is Mail.Suspend == suspension.Is)
            {
                ((Mail.Request)one).Refuse(Unknown(instance.Id, suspension.Is ? "is suspended already" : "is not suspended"));
                continue;
            }

            if (Arrival(one, run) is { } arrival)
                arrivals.Add(arrival);
            if (one is Mail.Suspend suspend)
                suspension = new(true, suspend.Reason is { } reason ? new StoredText(reason[..Math.Min(reason.Length, HubStorage.InlineText)], null) : null);
            else if (one is Mail.Resume)
                suspension = new(false, null);
        }

        return (arrivals, suspension);
    }

    private Arrival? Arrival(Mail mail, OrchestrationRun run)
    {
        var generation = State!.Generation;
        return mail switch
        {
            Mail.ActivityEnded ended when ended.Generation == generation && run.Awaits(ended.Answer.Id) => ended.Answer,
            Mail.Delivery { Letter: ChildEnded ended } when ended.Generation == generation && run.Awaits(ended.StepId) =>
                ended.Failure is { } failure ? new TaskFailed(ended.StepId, failure) : new TaskCompleted(ended.StepId, ended.Result),
            Mail.Delivery { Letter: SentEvent sent } => new EventRaised(sent.Name, sent.Payload),
            Mail.RaiseEvent raise => new EventRaised(raise.Name, raise.Payload),
            Mail.Suspend suspend => new Suspended(suspend.Reason),
            Mail.Resume resume => new Resumed(resume.Reason),
            _ => null,
        };
    }

    private IEnumerable<Arrival> WhatIsDue(OrchestrationRun run, DateTime now)
    {
        if (State is { HasBegun: false } && (State.StartAt is null || State.StartAt <= now))
            yield return new Started();
        foreach (var timer in run.Unanswered.OfType<TimerCreated>().Where(timer => timer.FireAt <= now).OrderBy(timer => timer.FireAt).ThenBy(timer => timer.Id).ToList())
            yield return new TimerFired(timer.Id);
    }

    private async Task StoreAsync(
        InstanceState last, OrchestrationRun run, DateTime now, List<Arrival> arrivals, List<TableTransactionAction> others, Suspension suspension, IReadOnlyList<Mail>? mail = null)
    {
        using var span = arrivals.Count == 0 ? null : DurableTrace.Runs(
            "orchestration", last.Name, instance.Id, last.Trace, (mail ?? []).OfType<Mail.RaiseEvent>().Select(raised => raised.Trace));
        var (storage, stopping, id) = (session.Parts.Storage, session.Stopping, instance.Id);
        IReadOnlyList<HistoryEvent> happened = arrivals.Count > 0 ? run.Take(now, arrivals) : [];
        var letters = happened.OfType<Step>().Select(step => ToLetter(step, last)).OfType<Letter>().ToList();
        var next = last with
        {
            UpdatedAt = new DateTimeOffset(now),
            HasBegun = last.HasBegun || arrivals.Any(arrival => arrival is Started),
            Output = suspension.Reason,
        };
        next = next with
        {
            Status = suspension.Is ? OrchestrationRuntimeStatus.Suspended
                : next.HasBegun || last.Status is OrchestrationRuntimeStatus.Running ? OrchestrationRuntimeStatus.Running
                : OrchestrationRuntimeStatus.Pending,
        };
        if (run.CustomStatus != await storage.LoadTextAsync(last.CustomStatus, stopping))
            next = next with { CustomStatus = await storage.StoreTextAsync(run.CustomStatus, session.NewBlob(id), stopping) };

        switch (run.Outcome)
        {
            case null:
                var due = run.Unanswered.OfType<TimerCreated>().Select(timer => (DateTime?)timer.FireAt).Append(next.HasBegun ? null : next.StartAt).Min();
                next = next with { Due = due, IsReady = run.Unanswered.OfType<ActivityScheduled>().Any() || (!next.HasBegun && next.StartAt is null) };
                break;
            case Outcome.ContinuedAsNew again:
                happened = again.Carried.Count == 0 ? [] : [new TurnBegan(now), .. again.Carried];
                next = next with
                {
                    Generation = session.NextOrder(),
                    Input = await storage.StoreTextAsync(again.Input, session.NewBlob(id), stopping),
                    Version = again.Version ?? next.Version,
                    HasBegun = false,
                    StartAt = null,
                    Due = null,
                    IsReady = true,
                };
                break;
            case Outcome.Completed completed:
                next = Over(next, OrchestrationRuntimeStatus.Completed, await storage.StoreTextAsync(completed.Output, session.NewBlob(id), stopping), null);
                AddEnd(letters, next, completed.Output);
                break;
            case Outcome.Failed failed:
                var failure = Shortened(failed.Failure);
                next = Over(next, OrchestrationRuntimeStatus.Failed, await storage.StoreTextAsync(failure.ToString(), session.NewBlob(id), stopping), failure);
                AddEnd(letters, next, null);
                break;
        }

        await SendAndChangeAsync(next, happened, others, letters, run.Outcome is null ? run : null);
    }

    private async Task SendAndChangeAsync(
        InstanceState next, IReadOnlyList<HistoryEvent> happened, List<TableTransactionAction> others, List<Letter> letters, OrchestrationRun? run = null)
    {
        var outbox = new Outbox(session, letter => session.Post(letter.Letter.To, letter));
        others.AddRange(await outbox.SendAsync(letters, session.Stopping));
        await instance.ChangeAsync(next, happened, others, run);
        await outbox.DeliverAsync(session.Stopping);
    }

    private async Task StartAsync(Mail.Start start)
    {
        if (State is { } there && start.Kept.Contains(there.Status))
        {
            start.Refuse(new OrchestrationAlreadyExistsException($"An orchestration with the instance ID '{instance.Id}' exists already; it is {there.Status}."));
            return;
        }

        if (State is { IsOver: false })
            await TerminateAsync(null, recursive: false, []);
        await CreateAsync(start.Name, start.Version, start.Input, start.StartAt, start.Tags, null, start.Trace, []);
        start.Grant();
    }

    private async Task StartAsync(StartChild child, string letter)
    {
        if (State is { IsOver: false })
        {
            var refusal = new TaskFailureDetails(
                typeof(OrchestrationAlreadyExistsException).FullName!, $"An orchestration with the instance ID '{instance.Id}' exists already; it is {State.Status}.", null, null, null);
            await SendAndChangeAsync(State, [], [Delete(letter)], [new ChildEnded(child.Parent.InstanceId, child.Parent.Generation, child.Parent.StepId, null, refusal)]);
            return;
        }

        await CreateAsync(child.Name, child.Version, child.Input, null, new Dictionary<string, string>(), child.Parent, child.Trace, [Delete(letter)]);
    }

    /// <summary>Creates the instance, and lets it begin in the same transaction unless it is to start later.</summary>
    private async Task CreateAsync(
        string name, string? version, string? input, DateTime? startAt, IReadOnlyDictionary<string, string> tags, ParentLink? parent, string? trace, List<TableTransactionAction> others)
    {
        var now = session.Parts.Clock.GetUtcNow();
        var at = startAt > now.UtcDateTime ? startAt : null;
        var created = new InstanceState
        {
            Id = instance.Id,
            Name = name,
            Version = version ?? string.Empty,
            Status = OrchestrationRuntimeStatus.Pending,
            CreatedAt = now,
            UpdatedAt = now,
            Generation = session.NextOrder(),
            StartAt = at,
            Due = at,
            Input = await session.Parts.Storage.StoreTextAsync(input, session.NewBlob(instance.Id), session.Stopping),
            Tags = tags,
            Parent = parent,
            Trace = trace,
            Litter = State?.Litter ?? [],
        };
        if (at is null)
            await StoreAsync(created, instance.NewRun(created, input), now.UtcDateTime, [new Started()], others, new Suspension(false, null));
        else
            await instance.ChangeAsync(created, [], others);
        GoOn();
    }

    private async Task TerminateAsync(string? output, bool recursive, List<TableTransactionAction> others)
    {
        var letters = new List<Letter>();
        if (recursive)
            letters.AddRange((await instance.ReviveAsync()).Unanswered.OfType<ChildScheduled>().Select(child => new EndChild(child.InstanceId, output)));
        var over = Over(
            State! with { UpdatedAt = session.Parts.Clock.GetUtcNow() },
            OrchestrationRuntimeStatus.Terminated,
            await session.Parts.Storage.StoreTextAsync(output, session.NewBlob(instance.Id), session.Stopping),
            null);
        AddEnd(letters, over, null);
        await SendAndChangeAsync(over, [], others, letters);
        if (State is { Litter.Count: > 0 })
            session.Post(instance.Id, new Mail.Wake());
    }

    private async Task<bool> PurgeAsync()
    {
        if (State is not { IsOver: true })
            return false;
        while (State is { Litter.Count: > 0 })
            await instance.ChangeAsync(State, [], []);
        // Listed before, since an instance of the same id may be there a moment after.
        var blobs = await session.Parts.Storage.BlobsAsync($"{Keys.Escape(instance.Id)}/", session.Stopping);
        await instance.ChangeAsync(null, [], []);
        blobs.ForEach(session.Bin.Discard);
        return true;
    }

    /// <summary>Has done what the stored turn calls for.</summary>
    private void GoOn()
    {
        if (State is { IsOver: false, HasBegun: false, IsReady: true } or { IsOver: true, Litter.Count: > 0 })
            session.Post(instance.Id, new Mail.Wake());
        if (State is not { IsOver: false } || instance.Run is not { } run)
            return;
        foreach (var activity in run.Unanswered.OfType<ActivityScheduled>())
            session.Activities.Run(instance.Id, State.Generation, activity, State.Trace);
    }

    private void Settle(Mail mail)
    {
        if (mail is Mail.ActivityEnded ended)
            session.Activities.Forget(instance.Id, ended.Generation, ended.Answer.Id);
        else
            (mail as Mail.Request)?.Grant();
    }

    private static Letter? ToLetter(Step step, InstanceState sender) => step switch
    {
        ChildScheduled child => new StartChild(
            child.InstanceId, child.Name, child.Version, child.Input, new ParentLink(sender.Id, sender.Name, sender.Generation, child.Id), sender.Trace),
        EventSent sent => new SentEvent(sent.InstanceId, sent.Name, sent.Payload),
        _ => null,
    };

    private static InstanceState Over(InstanceState state, OrchestrationRuntimeStatus status, StoredText? output, TaskFailureDetails? failure) =>
        state with { Status = status, Output = output, Failure = failure, Due = null, IsReady = false };

    private static void AddEnd(List<Letter> letters, InstanceState over, string? output)
    {
        if (over.Parent is not { } parent)
            return;
        var failure = over.Status is OrchestrationRuntimeStatus.Terminated
            ? new TaskFailureDetails("SubOrchestrationTerminated", string.Create(CultureInfo.InvariantCulture, $"Orchestration '{over.Id}' was terminated."), null, null, null)
            : over.Failure;
        letters.Add(new ChildEnded(parent.InstanceId, parent.Generation, parent.StepId, output, failure));
    }

    /// <summary>A failure has to fit into its row; what is lost of it is the traces, then the ends of the messages, then the innermost.</summary>
    private static TaskFailureDetails Shortened(TaskFailureDetails failure)
    {
        const int Most = 20_000;
        var shorter = failure;
        for (var (length, depth) = (8_000, 8); Json.Text(shorter)!.Length > Most; (length, depth) = (length / 2, Math.Max(1, depth - 1)))
            shorter = Cut(failure, length, depth);
        return shorter;

        static TaskFailureDetails Cut(TaskFailureDetails whole, int length, int depth) => new(
            whole.ErrorType,
            whole.ErrorMessage[..Math.Min(whole.ErrorMessage.Length, length)],
            null,
            depth > 0 && whole.InnerFailure is { } inner ? Cut(inner, length, depth - 1) : null,
            null);
    }

    /// <param name="Reason">Shown as the output, as long as it lasts.</param>
    private sealed record Suspension(bool Is, StoredText? Reason);
}
