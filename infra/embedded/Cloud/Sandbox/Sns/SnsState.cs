using System.Collections.Immutable;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Sns;

/// <summary>All topics, by their ARNs.</summary>
internal sealed record SnsState
{
    public ImmutableDictionary<string, Topic> Topics { get; init; } = ImmutableDictionary<string, Topic>.Empty;

    public SnsState With(Topic topic) => this with { Topics = Topics.SetItem(topic.Arn, topic) };
}

/// <param name="Policy">As JSON: who may publish and subscribe besides the account's own.</param>
/// <param name="SignatureVersion"><c>1</c> for SHA-1, <c>2</c> for SHA-256.</param>
internal sealed record Topic(string Arn, string Account, string Policy, string SignatureVersion, ImmutableList<Subscription> Subscriptions)
{
    public string Region => Arn.Split(':')[3];

    public string Name => Arn.Split(':')[5];
}

/// <param name="Token">What confirms it.</param>
internal sealed record Subscription(string Arn, string Owner, string Protocol, string Endpoint, string Token, bool Confirmed);
