using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sns;

/// <summary>What other services of the sandbox publish to.</summary>
internal interface ITopics
{
    /// <summary>Whether the topic is in this region and its policy lets the service publish for the source.</summary>
    bool MayPublish(AwsCall call, string service, string topicArn, string region, string sourceAccount, string sourceArn);

    void Publish(string topicArn, string message, string? subject);
}

/// <summary>SNS's query API, version 2010-03-31, as far as notifications over HTTP need it. Source: the Amazon SNS API reference.</summary>
internal sealed class SandboxSns(
    StateFile<SnsState> state,
    SnsIdentity identity,
    SnsDelivery delivery,
    PolicyRules rules,
    IAuthorizer authorizer
) : IAwsService, ITopics
{
    private const int LargestMessage = 256 * 1024;
    private const string PendingConfirmation = "PendingConfirmation";
    private static readonly QueryProtocol Protocol = new("http://sns.amazonaws.com/doc/2010-03-31/");
    private static readonly HonouredParameters Honoured = new("""
        CreateTopic: Name
        DeleteTopic: TopicArn
        ListTopics:
        GetTopicAttributes: TopicArn
        SetTopicAttributes: TopicArn AttributeName AttributeValue
        Subscribe: TopicArn Protocol Endpoint ReturnSubscriptionArn
        ConfirmSubscription: TopicArn Token
        Unsubscribe: SubscriptionArn
        ListSubscriptionsByTopic: TopicArn
        Publish: TopicArn Message Subject
        """);

    private readonly Lock _gate = new();

    public string Name => "sns";

    /// <summary>
    /// Whether a request that nobody signed is for SNS: for its certificate, or by the link that confirms a subscription.
    /// </summary>
    public static bool IsUnsigned(HttpRequest request) =>
        request.Path.StartsWithSegments("/SimpleNotificationService", StringComparison.Ordinal)
        || (request.Path.Value ?? "").StartsWith("/SimpleNotificationService-", StringComparison.Ordinal)
        || (request.Path == "/" && request.Query["Action"] == "ConfirmSubscription");

    public string ActionOf(AwsCall call) => call.Request.Path == "/" ? QueryProtocol.ReadAsync(call).GetAwaiter().GetResult().Action : "";

    public async Task AnswerAsync(AwsCall call)
    {
        if (call.Request.Path != "/")
        {
            if (call.Request.Path != identity.SigningCertificatePath)
                throw new AwsError(404, "NotFound", "There is no such certificate.");
            call.Response.ContentType = "application/x-pem-file";
            await call.Response.WriteAsync(identity.SigningCertificate, call.Cancelled);
            return;
        }

        var form = await QueryProtocol.ReadAsync(call);
        if (call.Caller is null && form.Action != "ConfirmSubscription")
            throw new AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        Honoured.Require(form.Action, form.Names);
        object?[] result = form.Action switch
        {
            "CreateTopic" => CreateTopic(call, form),
            "DeleteTopic" => DeleteTopic(call, form),
            "ListTopics" =>
            [
                new XElement(
                    "Topics",
                    state
                        .Value.Topics.Values.Where(topic => topic.Account == call.Caller!.AccountId && topic.Region == call.Region)
                        .Select(topic => new XElement("member", new XElement("TopicArn", topic.Arn)))),
            ],
            "GetTopicAttributes" =>
            [
                new XElement(
                    "Attributes",
                    Attributes(Asked(call, form))
                        .Select(pair => new XElement("entry", new XElement("key", pair.Key), new XElement("value", pair.Value)))),
            ],
            "SetTopicAttributes" => SetTopicAttributes(call, form),
            "Subscribe" => Subscribe(call, form),
            "ConfirmSubscription" => ConfirmSubscription(form),
            "Unsubscribe" => Unsubscribe(call, form),
            "ListSubscriptionsByTopic" =>
            [
                new XElement("Subscriptions", Asked(call, form).Subscriptions.Select(one => Member(form.Required("TopicArn"), one))),
            ],
            "Publish" => Publish(call, form),
            _ => throw new AwsError(400, "InvalidAction", $"Could not find operation {form.Action} for version 2010-03-31"),
        };
        await Protocol.AnswerAsync(call, form.Action, result);
    }

    public Task WriteErrorAsync(AwsCall call, AwsError error) => Protocol.RefuseAsync(call, error);

    public bool MayPublish(AwsCall call, string service, string topicArn, string region, string sourceAccount, string sourceArn)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:SourceAccount"] = [sourceAccount],
            ["aws:SourceArn"] = [sourceArn],
        };
        return state.Value.Topics.TryGetValue(topicArn, out var topic)
            && topic.Region == region
            && authorizer
                .Decide(
                    call with
                    {
                        Service = "sns",
                        Caller = new ServiceCaller(service),
                    },
                    new AccessRequest("sns:Publish", topicArn, topic.Account, topic.Policy, keys))
                .Allowed;
    }

    public void Publish(string topicArn, string message, string? subject)
    {
        if (!state.Value.Topics.TryGetValue(topicArn, out var topic))
            return;
        foreach (var subscription in topic.Subscriptions.Where(subscription => subscription.Confirmed))
            delivery.Notify(topic, subscription, message, subject);
    }

    private object?[] CreateTopic(AwsCall call, QueryForm form)
    {
        var name = form.Required("Name");
        if (name.Length > 256 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw Invalid("Topic Name");
        var (account, arn) = (call.Caller!.AccountId, $"arn:aws:sns:{call.Region}:{call.Caller.AccountId}:{name}");
        authorizer.Authorize(
            call,
            new AccessRequest("sns:CreateTopic", arn, account, null, new Dictionary<string, IReadOnlyList<string>>()));
        Change(arn, known => known ?? new Topic(arn, account, OwnersPolicy(arn, account), "1", ImmutableList<Subscription>.Empty));
        return [new XElement("TopicArn", arn)];
    }

    private object?[] DeleteTopic(AwsCall call, QueryForm form)
    {
        var topic = Asked(call, form);
        lock (_gate)
            state.Save(state.Value with { Topics = state.Value.Topics.Remove(topic.Arn) });
        return [];
    }

    private object?[] SetTopicAttributes(AwsCall call, QueryForm form)
    {
        var topic = Asked(call, form);
        var value = form.Text("AttributeValue") ?? "";
        switch (form.Required("AttributeName"))
        {
            case "Policy":
                rules.ValidateKey(value);
                Change(topic.Arn, known => known! with { Policy = authorizer.Bind(value) });
                break;
            case "SignatureVersion":
                if (value is not ("1" or "2"))
                    throw Invalid("AttributeValue");
                Change(topic.Arn, known => known! with { SignatureVersion = value });
                break;
            default:
                throw Invalid("AttributeName");
        }

        return [];
    }

    private object?[] Subscribe(AwsCall call, QueryForm form)
    {
        var topic = Asked(call, form);
        var (protocol, endpoint) = (form.Required("Protocol"), form.Required("Endpoint"));
        if (
            protocol is not ("http" or "https")
            || !Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
            || address.Scheme != protocol)
            throw Invalid("Endpoint must match the specified protocol");
        var subscription =
            topic.Subscriptions.Find(known => known.Endpoint == endpoint && known.Protocol == protocol)
            ?? new Subscription(
                $"{topic.Arn}:{Guid.NewGuid()}",
                call.Caller!.AccountId,
                protocol,
                endpoint,
                RandomNumberGenerator.GetHexString(128, lowercase: true),
                Confirmed: false);
        var changed = Change(
            topic.Arn,
            known =>
                known!.Subscriptions.Exists(one => one.Arn == subscription.Arn)
                    ? known
                    : known with
                    {
                        Subscriptions = known.Subscriptions.Add(subscription),
                    });
        if (!subscription.Confirmed)
            delivery.AskToConfirm(changed, subscription, "SubscriptionConfirmation");
        return
        [
            new XElement(
                "SubscriptionArn",
                subscription.Confirmed || form.Text("ReturnSubscriptionArn") == "true" ? subscription.Arn : "pending confirmation"),
        ];
    }

    private object?[] ConfirmSubscription(QueryForm form)
    {
        var (arn, token) = (form.Required("TopicArn"), form.Required("Token"));
        if (
            !state.Value.Topics.TryGetValue(arn, out var topic)
            || topic.Subscriptions.Find(known => known.Token == token) is not { } subscription)
            throw Invalid("Token");
        Change(
            arn,
            known => known! with { Subscriptions = known.Subscriptions.Replace(subscription, subscription with { Confirmed = true }) });
        return [new XElement("SubscriptionArn", subscription.Arn)];
    }

    private object?[] Unsubscribe(AwsCall call, QueryForm form)
    {
        var arn = form.Required("SubscriptionArn");
        foreach (var topic in state.Value.Topics.Values)
        {
            if (topic.Subscriptions.Find(known => known.Arn == arn) is not { } subscription)
                continue;
            authorizer.Authorize(
                call,
                new AccessRequest("sns:Unsubscribe", arn, topic.Account, topic.Policy, new Dictionary<string, IReadOnlyList<string>>()));
            var changed = Change(topic.Arn, known => known! with { Subscriptions = known.Subscriptions.RemoveAll(one => one.Arn == arn) });
            delivery.AskToConfirm(changed, subscription, "UnsubscribeConfirmation");
        }

        return [];
    }

    private object?[] Publish(AwsCall call, QueryForm form)
    {
        var topic = Asked(call, form);
        var message = form.Required("Message");
        if (System.Text.Encoding.UTF8.GetByteCount(message) > LargestMessage)
            throw Invalid("Message too long");
        Publish(topic.Arn, message, form.Text("Subject"));
        return [new XElement("MessageId", Guid.NewGuid().ToString())];
    }

    /// <summary>The topic that the call names, if the caller may do what it asks for.</summary>
    private Topic Asked(AwsCall call, QueryForm form)
    {
        var arn = form.Required("TopicArn");
        state.Value.Topics.TryGetValue(arn, out var topic);
        var account = arn.Split(':') is [_, _, _, _, var owner, _] ? owner : throw Invalid("TopicArn");
        authorizer.Authorize(
            call,
            new AccessRequest($"sns:{form.Action}", arn, account, topic?.Policy, new Dictionary<string, IReadOnlyList<string>>()));
        return topic is not null && topic.Region == call.Region ? topic : throw new AwsError(404, "NotFound", "Topic does not exist");
    }

    private Topic Change(string arn, Func<Topic?, Topic> change)
    {
        lock (_gate)
        {
            var changed = change(state.Value.Topics.GetValueOrDefault(arn));
            state.Save(state.Value.With(changed));
            return changed;
        }
    }

    private Dictionary<string, string> Attributes(Topic topic) => new()
    {
        ["TopicArn"] = topic.Arn,
        ["Owner"] = topic.Account,
        ["Policy"] = authorizer.Unbind(topic.Policy),
        ["SignatureVersion"] = topic.SignatureVersion,
        ["SubscriptionsConfirmed"] = $"{topic.Subscriptions.Count(one => one.Confirmed)}",
        ["SubscriptionsPending"] = $"{topic.Subscriptions.Count(one => !one.Confirmed)}",
    };

    private static XElement Member(string topic, Subscription one) => new(
        "member",
        new XElement("TopicArn", topic),
        new XElement("Protocol", one.Protocol),
        new XElement("SubscriptionArn", one.Confirmed ? one.Arn : PendingConfirmation),
        new XElement("Owner", one.Owner),
        new XElement("Endpoint", one.Endpoint));

    /// <summary>What SNS gives a topic that nobody has given another.</summary>
    private static string OwnersPolicy(string arn, string account) =>
        new JsonObject
        {
            ["Version"] = "2008-10-17",
            ["Id"] = "__default_policy_ID",
            ["Statement"] = new JsonArray(
                new JsonObject
                {
                    ["Sid"] = "__default_statement_ID",
                    ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["AWS"] = "*" },
                    ["Action"] = new JsonArray(
                        "SNS:GetTopicAttributes",
                        "SNS:SetTopicAttributes",
                        "SNS:AddPermission",
                        "SNS:RemovePermission",
                        "SNS:DeleteTopic",
                        "SNS:Subscribe",
                        "SNS:ListSubscriptionsByTopic",
                        "SNS:Publish"
                    ),
                    ["Resource"] = arn,
                    ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["AWS:SourceOwner"] = account } },
                }
            ),
        }.ToJsonString();

    private static AwsError Invalid(string what) => new(400, "InvalidParameter", $"Invalid parameter: {what}");
}
