using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>One request to the sandbox, after its signature was checked: who calls which service, and from what body.</summary>
/// <param name="Http">The request and response as Kestrel sees them.</param>
/// <param name="Service">The signing name: <c>s3</c>, <c>sts</c>, <c>iam</c>, <c>kms</c> or <c>sns</c>.</param>
/// <param name="Region">The region that the signature is scoped to; <c>us-east-1</c> for an anonymous call.</param>
/// <param name="Caller">Who signed, or null for an anonymous call.</param>
/// <param name="Body">The payload, decoded from <c>aws-chunked</c> if need be and verified while it is read: a read throws <see
/// cref="AwsError"/> when a signature, a hash or a trailing checksum doesn't fit.</param>
/// <param name="RequestId">What <c>x-amz-request-id</c> / <c>x-amzn-RequestId</c> answers.</param>
internal sealed record AwsCall(HttpContext Http, string Service, string Region, Caller? Caller, Stream Body, string RequestId)
{
    public HttpRequest Request => Http.Request;
    public HttpResponse Response => Http.Response;
    public CancellationToken Cancelled => Http.RequestAborted;

    /// <summary>Such as <c>1.3</c>; null for a call that counts as one without TLS.</summary>
    public string? TlsVersion { get; init; }
}

/// <summary>An authenticated AWS principal.</summary>
/// <param name="AccountId">Twelve digits.</param>
/// <param name="Arn">What GetCallerIdentity answers: a user, a root, or an assumed-role session.</param>
/// <param name="UserId">What <c>aws:userid</c> is: <c>AIDA…</c>, the account id, or <c>AROA…:session</c>.</param>
internal abstract record Caller(string AccountId, string Arn, string UserId);

internal sealed record RootCaller(string AccountId) : Caller(AccountId, $"arn:aws:iam::{AccountId}:root", AccountId);

internal sealed record UserCaller(string AccountId, string Arn, string UserId, string UserName) : Caller(AccountId, Arn, UserId);

/// <param name="RoleArn">The role's own ARN, path included.</param>
/// <param name="RoleId"><c>AROA…</c>: a role that was deleted and made again has another one.</param>
/// <param name="SessionPolicies">The session policies that AssumeRole was given, as JSON; empty when none.</param>
/// <param name="Issued">When the session began.</param>
internal sealed record RoleSessionCaller(
    string AccountId,
    string Arn,
    string UserId,
    string RoleArn,
    string RoleId,
    string RoleName,
    string SessionName,
    IReadOnlyList<string> SessionPolicies,
    DateTimeOffset Issued
) : Caller(AccountId, Arn, UserId)
{
    /// <summary>The session tags that AssumeRole was given.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Whoever an OpenID Connect token speaks for, while a role's trust policy decides on AssumeRoleWithWebIdentity.</summary>
/// <param name="ProviderArn">The provider in the role's account that vouches for the token.</param>
internal sealed record FederatedCaller(string AccountId, string ProviderArn, string Subject) : Caller(AccountId, ProviderArn, Subject);

/// <summary>A service of AWS that acts for itself, as S3 does when it publishes to a topic; resource policies name it.</summary>
/// <param name="Service">Such as <c>s3.amazonaws.com</c>.</param>
internal sealed record ServiceCaller(string Service) : Caller("", Service, Service);

/// <summary>A refusal in AWS's own words; the service's front end writes it as XML or JSON with the status.</summary>
internal sealed class AwsError(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;
    public string Code { get; } = code;

    /// <summary>Further elements of S3's error body (<c>BucketName</c>, <c>Endpoint</c>, <c>Region</c>…) and nothing secret.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>Response headers that go with the refusal, such as <c>x-amz-bucket-region</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>One AWS service of the sandbox. It authorises what it does itself, call by call.</summary>
internal interface IAwsService
{
    /// <summary>The signing name that requests are routed by.</summary>
    string Name { get; }

    /// <summary>
    /// The API action that a request asks for (<c>PutObject</c>, <c>AssumeRole</c>), which faults are aimed by; empty when it can't be
    /// told.
    /// </summary>
    string ActionOf(AwsCall call);

    /// <summary>Answers the call, or throws <see cref="AwsError"/> before the response has started.</summary>
    Task AnswerAsync(AwsCall call);

    /// <summary>Writes an error as this service does (S3 as REST XML, STS and IAM as query XML, KMS as JSON).</summary>
    Task WriteErrorAsync(AwsCall call, AwsError error);
}
