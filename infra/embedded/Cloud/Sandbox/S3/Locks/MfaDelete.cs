using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;

/// <summary>
/// Deleting versions, and changing the versioning, with a device's code. Source: "Configuring MFA delete" in the S3 user guide.
/// </summary>
internal static class MfaDelete
{
    private const string Header = "x-amz-mfa";
    private const int Digits = 6;

    /// <summary>Refuses a request on a bucket with MFA Delete that brings no code.</summary>
    public static void Require(S3Call call)
    {
        if (call.Settings.MfaDelete == "Enabled" && !IsProven(call))
            throw S3Errors.AccessDenied("Mfa Authentication must be used for this request");
    }

    /// <summary>Only the account's root turns it on or off, with its device.</summary>
    public static void RequireRoot(S3Call call)
    {
        if (call.Aws.Caller is not RootCaller || !IsProven(call))
            throw S3Errors.AccessDenied("This operation may only be performed by the bucket owner");
    }

    /// <summary>
    /// The header is a device's serial number, a space, and its code. Nobody registers devices in the sandbox: every code of six digits is
    /// a device's of the caller's account.
    /// </summary>
    private static bool IsProven(S3Call call)
    {
        if (call.Header(Header) is not { } header)
            return false;
        if (call.Aws.TlsVersion is null)
            throw S3Errors.AccessDenied("Mfa Authentication requires a secure connection");
        return
            header.Split(' ') is [var serial, var code]
            && serial.StartsWith($"arn:aws:iam::{call.Aws.Caller?.AccountId}:mfa/", StringComparison.Ordinal)
            && code.Length == Digits
            && code.All(char.IsAsciiDigit)
            ? true
            : throw S3Errors.AccessDenied("Invalid MFA serial number or code");
    }
}
