metadata description = 'Tables for drives, blobs for the deployment, and what Durable Task needs; identities only, no shared keys.'

param location string
param token string
param tags object
param principalId string
param workspaceId string

@description('Subnet for private endpoints; empty for public access.')
param endpointSubnetId string
param virtualNetworkId string

var abbreviations = loadJsonContent('../abbreviations.json')

var isPrivate = !empty(endpointSubnetId)
var services = ['blob', 'queue', 'table']

resource account 'Microsoft.Storage/storageAccounts@2026-09-01' = {
  name: '${abbreviations.storageStorageAccounts}drives${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: 'AzureServices' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: { deleteRetentionPolicy: { enabled: true, days: 7 } }

    resource deployment 'containers' = {
      name: 'deployment'
      properties: { publicAccess: 'None' }
    }
  }
}

// Numbers only: a log of each request would cost more than the storage, as the task hub's queues are asked all the time.
#disable-next-line use-recent-api-versions // The version before it, which is no preview, knows nothing of what is asked for here.
resource transactions 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'transactions'
  scope: account
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

// Storage Blob Data Owner, Queue Data Contributor and Table Data Contributor: what the host and Durable Task ask for, and nothing on the account itself.
var roles = {
  blob: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queue: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  table: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for service in services: {
    name: guid(account.id, principalId, roles[service])
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[service])
    }
  }
]

module endpoints 'endpoint.bicep' = [
  for service in services: if (isPrivate) {
    name: 'storage-${service}'
    params: {
      location: location
      tags: tags
      name: '${abbreviations.networkPrivateEndpoints}${service}-${token}'
      targetId: account.id
      groupId: service
      zoneName: 'privatelink.${service}.${environment().suffixes.storage}'
      subnetId: endpointSubnetId
      virtualNetworkId: virtualNetworkId
    }
  }
]

output name string = account.name
output deploymentContainer string = '${account.properties.primaryEndpoints.blob}${account::blobs::deployment.name}'
