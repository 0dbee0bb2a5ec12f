using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>
/// What S3 asks of KMS in the name of its caller, with <c>kms:ViaService</c> = <c>s3.&lt;region&gt;.amazonaws.com</c>. Refusals are <see
/// cref="AwsError"/>s in the codes that S3 passes on: <c>AccessDenied</c> naming the kms action, <c>KMS.NotFoundException</c>,
/// <c>KMS.DisabledException</c>, <c>KMS.KMSInvalidStateException</c>.
/// </summary>
internal interface IDataKeys
{
    /// <summary>Asks for <c>kms:GenerateDataKey</c> and answers the ARN of the key.</summary>
    string AuthorizeGenerateDataKey(AwsCall call, DataKeyUse use);

    /// <summary>Asks for <c>kms:Decrypt</c>.</summary>
    void AuthorizeDecrypt(AwsCall call, DataKeyUse use);
}

/// <param name="KeyId">A key's ARN, id or alias; null means the account's <c>alias/aws/s3</c>, made when first used.</param>
/// <param name="Region">The bucket's region, which the key must be in.</param>
/// <param name="Account">The bucket owner's account, which a bare id or alias is looked up in.</param>
/// <param name="ContextArn">The value of the encryption context's <c>aws:s3:arn</c>: the object's ARN, or the bucket's where the key is
/// used through a bucket key.</param>
internal sealed record DataKeyUse(string? KeyId, string Region, string Account, string ContextArn);
