using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>A user or a role: whom identity-based policies are attached to.</summary>
internal abstract record Identity
{
    public required string Account { get; init; }
    public required string Name { get; init; }

    /// <summary>Begins and ends with a slash.</summary>
    public required string Path { get; init; }

    /// <summary><c>AIDA…</c> or <c>AROA…</c>, never used again.</summary>
    public required string Id { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Documents by policy name, as they were put.</summary>
    public ImmutableSortedDictionary<string, string> Inline { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>ARNs of managed policies.</summary>
    public ImmutableSortedSet<string> Attached { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>ARN of the managed policy that is the permissions boundary; null where there is none.</summary>
    public string? Boundary { get; init; }

    public abstract string Arn { get; }
}

internal sealed record User : Identity
{
    public override string Arn => $"arn:aws:iam::{Account}:user{Path}{Name}";
}

internal sealed record Role : Identity
{
    /// <summary>With principals bound to their unique ids, see <see cref="Policies.PrincipalBinding"/>.</summary>
    public required string Trust { get; init; }
    public string? Description { get; init; }

    /// <summary>In seconds, 3,600 to 43,200.</summary>
    public int MaxSession { get; init; } = 3600;

    public override string Arn => $"arn:aws:iam::{Account}:role{Path}{Name}";
}

internal sealed record ManagedPolicy
{
    public required string Arn { get; init; }
    public required string Account { get; init; }
    public required string Name { get; init; }
    public required string Path { get; init; }
    public required string Id { get; init; }
    public required string Document { get; init; }
    public required DateTimeOffset Created { get; init; }
    public string? Description { get; init; }
}

internal sealed record AccessKey
{
    public required string Id { get; init; }
    public required string Secret { get; init; }
    public required string Account { get; init; }
    public required string UserId { get; init; }
    public required DateTimeOffset Created { get; init; }
    public bool Active { get; init; } = true;

    public override string ToString() => $"AccessKey {{ {Id} }}";
}

internal sealed record OpenIdProvider
{
    public required string Account { get; init; }

    /// <summary>The issuer as tokens name it.</summary>
    public required string Url { get; init; }
    public ImmutableSortedSet<string> Audiences { get; init; } = [];
    public ImmutableArray<string> Thumbprints { get; init; } = [];
    public required DateTimeOffset Created { get; init; }

    /// <summary>The issuer without its scheme, which condition keys begin with.</summary>
    public string Host => Url[(Url.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
    public string Arn => $"arn:aws:iam::{Account}:oidc-provider/{Host}";
}

/// <summary>The unique ids and secrets that IAM makes.</summary>
internal static class IamIds
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string User() => "AIDA" + RandomNumberGenerator.GetString(Alphabet, 17);

    public static string Role() => "AROA" + RandomNumberGenerator.GetString(Alphabet, 17);

    public static string Policy() => "ANPA" + RandomNumberGenerator.GetString(Alphabet, 17);

    public static string AccessKey() => "AKIA" + RandomNumberGenerator.GetString(Alphabet, 16);

    public static string SessionKey() => "ASIA" + RandomNumberGenerator.GetString(Alphabet, 16);

    /// <summary>Forty characters, as AWS's.</summary>
    public static string Secret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(30));
}
